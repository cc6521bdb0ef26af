"""How parameters vary together: a Gaussian copula, a covariance, shares that add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.experiments.sweeps import distributions
from sim.experiments.sweeps.form import Covariance, SweepForm
from sim.experiments.sweeps.parameters import Parameter
from sim.scenario import Mistake
from sim.scenario.mistakes import nearest
from sim.scenario.text.paths import dotted, parts_of
from sim.scenario.text.provenance import Plain
from sim.simulation.records import Floats

SMALLEST = 1e-10
"""A matrix with an eigenvalue below this is no correlation matrix."""


class Joint(NamedTuple):
    """Parameters with the correlation of their normal scores, and groups that add up to a sum.

    `correlation` is parameters x parameters; a group holds places, counts and the sum of shares.
    """

    parameters: Sequence[Parameter]
    correlation: Floats
    groups: list[Group]

    @property
    def is_correlated(self) -> bool:
        """Whether some parameters are correlated."""
        return bool((self.correlation != np.eye(len(self.parameters))).any())

    def values(self, shares: Floats, keeps_strata: bool = False) -> Floats:
        """Draws of every parameter from independent uniform numbers, both draws x parameters.

        With `keeps_strata` each parameter has the uniform numbers that it was given, in another
        order, so that they stay as evenly spread as they are.
        """
        if self.is_correlated:
            correlated = self._correlated(shares)
            shares = _in_ranks_of(correlated, shares) if keeps_strata else correlated
        drawn = np.empty_like(shares)
        for place, parameter in enumerate(self.parameters):
            if parameter.distribution is not None:
                drawn[:, place] = parameter.distribution.at(shares[:, place])
        for group in self.groups:
            drawn[:, group.places] = group.values(shares[:, group.places])
        return drawn

    def _correlated(self, shares: Floats) -> Floats:
        """Uniform numbers whose normal scores are correlated, from independent ones."""
        from scipy.special import ndtr, ndtri

        keep = distributions.NEVER_QUITE
        scores = ndtri(np.clip(shares, keep, 1 - keep))
        factor = np.linalg.cholesky(self.correlation)
        together = np.zeros_like(scores)
        for j in range(len(factor)):  # written out: sums in one order on every machine
            together += np.outer(scores[:, j], factor[:, j])
        return np.asarray(ndtr(together), float)

    def alone(self, place: int, value: float) -> dict[int, float]:
        """One parameter moved; where it is a share, the others of its group keep their ratio."""
        for group in self.groups:
            if place in group.places:
                bases = {i: float(self.parameters[i].base.number) for i in group.places}  # type: ignore[union-attr]
                rest = (group.total - value) / (group.total - bases[place])
                return {i: value if i == place else base * rest for i, base in bases.items()}
        return {place: value}


def _in_ranks_of(correlated: Floats, shares: Floats) -> Floats:
    """Each column of `shares` in the order of its column of `correlated`.

    Iman RL, Conover WJ. Commun Stat Simul Comput 1982;11:311-334.
    """
    ranks = correlated.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    return np.take_along_axis(np.sort(shares, axis=0), ranks, axis=0)


class Group(NamedTuple):
    """Shares that add up to `total`, drawn from a Dirichlet distribution with these counts."""

    places: list[int]
    counts: list[float]
    total: float

    def values(self, shares: Floats) -> Floats:
        """Gamma variables over their sum: draws x shares."""
        from scipy import stats

        keep = distributions.NEVER_QUITE
        gammas = stats.gamma(np.array(self.counts)).ppf(np.clip(shares, keep, 1 - keep))
        return np.asarray(self.total * gammas / gammas.sum(axis=1, keepdims=True), float)


def joined(
    form: SweepForm, plain: Plain, parameters: Sequence[Parameter], mistakes: list[Mistake]
) -> Joint:
    """The parameters with what binds them; a matrix that nothing can have goes to `mistakes`."""
    at = {parameter.path: place for place, parameter in enumerate(parameters)}
    matrix = np.eye(len(parameters))
    for name, value in form.correlations.items():
        wrong = _set(matrix, name, value, at)
        mistakes += [plain.mistake(("correlations", name), text, at_key=True) for text in wrong]
    if form.covariance is not None:
        pairs = _set_covariance(matrix, form.covariance, at)
        mistakes += [plain.mistake(("covariance", key), text) for key, text in pairs]
    smallest = float(np.linalg.eigvalsh(matrix).min()) if len(parameters) else 1.0
    if not mistakes and smallest < SMALLEST:
        message = (
            "these contradict one another: no set of variables has all of them (eigenvalue "
            f"{smallest:.3g})"
        )
        key = "covariance" if form.covariance else "correlations"
        mistakes.append(plain.mistake((key,), message))
    joint = Joint(parameters, matrix, [])
    for name, counts in form.dirichlet.items():
        wrong = _add_group(joint, counts, at)
        mistakes += [plain.mistake(("dirichlet", name), text) for text in wrong]
    return joint


def _add_group(joint: Joint, counts: dict[str, float], at: dict[str, int]) -> Iterator[str]:
    """Add a group of shares; yields what is wrong with it."""
    places = [at[path] for path in (_known(path, at) for path in counts) if path is not None]
    if len(places) < 2 or min(counts.values()) <= 0:
        yield "a group has two shares or more, with counts above 0"
        return
    elsewhere = {place for group in joint.groups for place in group.places}
    alone = (joint.correlation[places] == np.eye(len(joint.parameters))[places]).all()
    if elsewhere & {*places} or not alone:
        yield "a share of a group is in no other group, correlation or covariance"
    bases = [joint.parameters[place].base for place in places]
    total = sum(base.number for base in bases if base is not None)
    if any(base is None or base.number >= total for base in bases):
        yield "a share of a group is less than all of it"
    joint.groups.append(Group(places, [*counts.values()], total))


def _set(matrix: Floats, name: str, value: float, at: dict[str, int]) -> Iterator[str]:
    """Set the correlation of a pair `path ~ path`; yields what is wrong with it."""
    pair = [part.strip() for part in name.split("~")]
    known = [_known(part, at) for part in pair]
    if len(pair) != 2 or pair[0] == pair[-1]:
        yield "should name two parameters, `path ~ path`"
        return
    for part, path in zip(pair, known, strict=True):
        if path is None:
            yield f"'{part}' is not a parameter here; {nearest(part, at)}"
    if not -1 < value < 1:
        yield f"{value:g} is not allowed here; allowed: above -1 and below 1"
    elif None not in known:
        i, j = (at[str(path)] for path in known)
        if matrix[i, j]:
            yield "this pair was given before"
        matrix[i, j] = matrix[j, i] = value


def _set_covariance(
    matrix: Floats, given: Covariance, at: dict[str, int]
) -> Iterator[tuple[str, str]]:
    """Set the correlations of a covariance; yields the key of what is wrong, and what."""
    covariance = np.array(given.matrix)
    if (covariance != covariance.T).any():
        yield "matrix", "a covariance is symmetric: row i, column j equals row j, column i"
    elif (np.diag(covariance) <= 0).any():
        yield "matrix", "the diagonal of a covariance holds variances, above 0"
    else:
        sds = np.sqrt(np.diag(covariance))
        places = [at[path] for path in (_known(path, at) for path in given.parameters) if path]
        if len(places) == len(sds):
            if (matrix[np.ix_(places, places)] != np.eye(len(places))).any():
                yield "parameters", "two of these stand in `correlations` as well; give one of both"
            matrix[np.ix_(places, places)] = covariance / np.outer(sds, sds)


def _known(path: str, at: dict[str, Any]) -> str | None:
    """The parameter that a path names, as it is called here."""
    name = dotted(parts_of(path))
    return next((n for n in (name, f"{name}.mean") if n in at), None)
