"""How parameters vary together: a Gaussian copula, a covariance, shares that add up."""

from __future__ import annotations

from collections.abc import Sequence
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
"""An eigenvalue below this share of the largest is none: the variables are not of one world."""


class Joint(NamedTuple):
    """Parameters with the correlation of their normal scores, and groups that add up to a sum.

    `correlation` is parameters x parameters; a group holds places, counts and the sum of shares.
    """

    parameters: Sequence[Parameter]
    correlation: Floats
    groups: Sequence[Group]

    @property
    def is_independent(self) -> bool:
        """Whether each parameter varies on its own."""
        return not self.groups and bool((self.correlation == np.eye(len(self.parameters))).all())

    def values(self, shares: Floats) -> Floats:
        """Draws of every parameter from independent uniform numbers, both draws x parameters."""
        from scipy.special import ndtr, ndtri

        if not (self.correlation == np.eye(len(self.parameters))).all():
            keep = distributions.NEVER_QUITE
            scores = ndtri(np.clip(shares, keep, 1 - keep))
            factor = np.linalg.cholesky(self.correlation)
            together = np.zeros_like(scores)
            for j in range(len(factor)):  # written out: sums in one order on every machine
                together += np.outer(scores[:, j], factor[:, j])
            shares = ndtr(together)
        drawn = np.empty_like(shares)
        for place, parameter in enumerate(self.parameters):
            if parameter.distribution is not None:
                drawn[:, place] = parameter.distribution.at(shares[:, place])
        for group in self.groups:
            drawn[:, group.places] = group.values(shares[:, group.places])
        return drawn

    def alone(self, place: int, value: float) -> dict[int, float]:
        """One parameter moved; where it is a share, the others of its group keep their ratio."""
        for group in self.groups:
            if place in group.places:
                bases = {i: float(self.parameters[i].base.number) for i in group.places}  # type: ignore[union-attr]
                rest = (group.total - value) / (group.total - bases[place])
                return {i: value if i == place else base * rest for i, base in bases.items()}
        return {place: value}


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
        _set(matrix, name, value, at, plain, mistakes)
    if form.covariance is not None:
        _set_covariance(matrix, form.covariance, at, plain, mistakes)
    smallest = float(np.linalg.eigvalsh(matrix).min()) if len(parameters) else 1.0
    if not mistakes and smallest < SMALLEST:
        where = "covariance" if form.covariance else "correlations"
        message = (
            "these contradict one another: no set of variables has all of them (eigenvalue "
            f"{smallest:.3g})"
        )
        mistakes.append(plain.mistake((where,), message))
    groups: list[Group] = []
    for name, counts in form.dirichlet.items():
        places = [at[p] for p in (_known(path, at) for path in counts) if p is not None]
        bases = [parameters[place].base for place in places]
        if len(places) < 2 or min(counts.values()) <= 0:
            message = "a group has two shares or more, with counts above 0"
            mistakes.append(plain.mistake(("dirichlet", name), message))
            continue
        elsewhere = {place for group in groups for place in group.places}
        alone = (matrix[places] == np.eye(len(parameters))[places]).all()
        if elsewhere & {*places} or not alone:
            message = "a share of a group is in no other group, correlation or covariance"
            mistakes.append(plain.mistake(("dirichlet", name), message))
        total = sum(base.number for base in bases if base is not None)
        if any(base is None or base.number >= total for base in bases):
            message = "a share of a group is less than all of it"
            mistakes.append(plain.mistake(("dirichlet", name), message))
        groups.append(Group(places, [*counts.values()], total))
    return Joint(parameters, matrix, groups)


def _set(
    matrix: Floats, name: str, value: float, at: dict[str, int], plain: Plain,
    mistakes: list[Mistake],
) -> None:  # fmt: skip
    key = ("correlations", name)
    pair = [part.strip() for part in name.split("~")]
    known = [_known(part, at) for part in pair]
    if len(pair) != 2 or pair[0] == pair[-1]:
        message = "should name two parameters, `path ~ path`"
        mistakes.append(plain.mistake(key, message, at_key=True))
        return
    for part, path in zip(pair, known, strict=True):
        if path is None:
            message = f"'{part}' is not a parameter here; {nearest(part, at)}"
            mistakes.append(plain.mistake(key, message, at_key=True))
    if not -1 < value < 1:
        message = f"{value:g} is not allowed here; allowed: above -1 and below 1"
        mistakes.append(plain.mistake(key, message, at_key=True))
    elif None not in known:
        i, j = (at[str(path)] for path in known)
        if matrix[i, j]:
            mistakes.append(plain.mistake(key, "this pair was given before", at_key=True))
        matrix[i, j] = matrix[j, i] = value


def _set_covariance(
    matrix: Floats, given: Covariance, at: dict[str, int], plain: Plain, mistakes: list[Mistake]
) -> None:
    covariance = np.array(given.matrix)
    problem = ""
    if (covariance != covariance.T).any():
        problem = "a covariance is symmetric: row i, column j equals row j, column i"
    elif (np.diag(covariance) <= 0).any():
        problem = "the diagonal of a covariance holds variances, above 0"
    if problem:
        mistakes.append(plain.mistake(("covariance", "matrix"), problem))
        return
    sds = np.sqrt(np.diag(covariance))
    places = [at[path] for path in (_known(path, at) for path in given.parameters) if path]
    if len(places) == len(sds):
        if (matrix[np.ix_(places, places)] != np.eye(len(places))).any():
            told = "two of these stand in `correlations` as well; give one of both"
            mistakes.append(plain.mistake(("covariance", "parameters"), told))
        matrix[np.ix_(places, places)] = covariance / np.outer(sds, sds)


def _known(path: str, at: dict[str, Any]) -> str | None:
    """The parameter that a path names, as it is called here."""
    name = dotted(parts_of(path))
    return next((n for n in (name, f"{name}.mean") if n in at), None)
