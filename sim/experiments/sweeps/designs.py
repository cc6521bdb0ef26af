"""The points of a sweep: which parameters have which values at each."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from sim.experiments.sweeps.distributions import ENDS
from sim.experiments.sweeps.form import Design, Indices, Morris
from sim.experiments.sweeps.joint import Joint
from sim.simulation.draws import column, generator
from sim.simulation.records import Floats
from sim.vocabulary import SAMPLED

MOST_POINTS = 1_000_000
"""A point takes about a kilobyte before anything is simulated."""


class Point(NamedTuple):
    """One set of values: its number, its part in the design, and a value for each parameter moved.

    `role` is base, low, high, level, grid, draw, A, B, AB, BA or trajectory; `of` is the path of
    the parameter that was moved alone; `values` goes by the place of the parameter.
    """

    number: int
    role: str
    of: str
    values: dict[int, Any]


def points(design: Design, joint: Joint, seed: int) -> list[Point]:
    """Every point of a design: the base case, each parameter alone, then the design's own.

    Each parameter alone at its ends shows whether it changes anything at all, whatever the design.
    """
    base: Iterator[Parts] = iter([("base", "", {})])
    every = itertools.chain(base, _ends(design, joint), _own(design, joint, seed))
    return [Point(number, *parts) for number, parts in enumerate(every)]


def size(design: Design, joint: Joint) -> int:
    """How many points a design has, without making them."""
    parameters = len(joint.parameters)
    around = design.one_at_a_time.levels - 1 if design.one_at_a_time else 2
    if design.grid is not None:
        own = math.prod(len(parameter.choices) for parameter in joint.parameters)
    elif design.indices is not None:
        mixed = 2 if design.indices.second_order == "yes" else 1
        own = design.indices.draws * (2 + mixed * parameters)
    elif design.morris is not None:
        own = design.morris.trajectories * (parameters + 1)
    else:
        own = _draws(design)
    return 1 + parameters * around + own


def _draws(design: Design) -> int:
    sampled = design.probabilistic or design.latin_hypercube or design.sobol
    return sampled.draws if sampled else 0


Parts = tuple[str, str, dict[int, Any]]


def _ends(design: Design, joint: Joint) -> Iterator[Parts]:
    """Each parameter alone, low and high; and between, if more levels are asked for."""
    for place, parameter in enumerate(joint.parameters):
        if parameter.distribution is None:
            yield "low", parameter.path, {place: parameter.choices[0]}
            yield "high", parameter.path, {place: parameter.choices[-1]}
            continue
        low, high = parameter.distribution.ends
        base = parameter.base.number if parameter.base is not None else (low + high) / 2
        steps = design.one_at_a_time.levels // 2 if design.one_at_a_time else 1
        for end, role in ((low, "low"), (high, "high")):
            for step in range(steps, 0, -1):
                value = end if step == steps else base + (end - base) * step / steps
                moved = joint.alone(place, value)
                yield role if step == steps else "level", parameter.path, moved


def _own(design: Design, joint: Joint, seed: int) -> Iterator[Parts]:
    if design.grid is not None:
        for values in itertools.product(*(parameter.choices for parameter in joint.parameters)):
            yield "grid", "", dict(enumerate(values))
    elif design.name in SAMPLED:
        is_spread = design.name != "probabilistic"  # evenly over each parameter, in strata
        yield from _drawn("draw", "", _shares(design, joint, seed), joint, is_spread)
    elif design.indices is not None:
        yield from _for_indices(design.indices, joint, seed)
    elif design.morris is not None:
        yield from _trajectories(design.morris, joint, seed)


def _shares(design: Design, joint: Joint, seed: int) -> Floats:
    """Independent uniform numbers of each draw and parameter: draws x parameters."""
    from scipy.stats import qmc

    size, draws = len(joint.parameters), _draws(design)
    if design.name == "probabilistic":
        return np.stack([
            column(seed, f"parameter {parameter.path}", 0, "uniform", 0, draws)
            for parameter in joint.parameters
        ], axis=1)  # fmt: skip
    if design.name == "latin_hypercube":
        hypercube = qmc.LatinHypercube(size, rng=generator(seed, "latin hypercube"))
        return np.asarray(hypercube.random(draws), float)
    return np.asarray(qmc.Sobol(size, rng=generator(seed, "sobol")).random(draws), float)


def _for_indices(form: Indices, joint: Joint, seed: int) -> Iterator[Parts]:
    """Two samples A and B; AB is A with one column of B, and BA the other way round."""
    from scipy.stats import qmc

    size = len(joint.parameters)
    sequence = qmc.Sobol(2 * size, rng=generator(seed, "indices"))
    a, b = np.split(np.asarray(sequence.random(form.draws), float), 2, axis=1)
    yield from _drawn("A", "", a, joint)
    yield from _drawn("B", "", b, joint)
    mixed = [("AB", a, b), ("BA", b, a)] if form.second_order == "yes" else [("AB", a, b)]
    for role, most, other in mixed:
        for place, parameter in enumerate(joint.parameters):
            moved = most.copy()
            moved[:, place] = other[:, place]
            yield from _drawn(role, parameter.path, moved, joint)


def _trajectories(form: Morris, joint: Joint, seed: int) -> Iterator[Parts]:
    """Walks of Morris over the 95 % intervals, in which one parameter moves at each step."""
    from SALib.sample import morris

    number = int(generator(seed, "morris").integers(2**31))
    shares = np.asarray(morris.sample(space(joint), form.trajectories, form.levels, seed=number))
    low, high = ENDS
    of = np.diff(shares, axis=0, prepend=shares[:1]) != 0
    for step, row in enumerate(shares):
        begins = step % (len(joint.parameters) + 1) == 0
        moved = "" if begins else joint.parameters[int(of[step].argmax())].path
        yield from _drawn("trajectory", moved, low + row[None] * (high - low), joint)


def space(joint: Joint) -> dict[str, Any]:
    """The unit cube of the parameters, as SALib is told of it."""
    names = [parameter.path for parameter in joint.parameters]
    return {"num_vars": len(names), "names": names, "bounds": [[0, 1]] * len(names)}


def _drawn(
    role: str, of: str, shares: Floats, joint: Joint, keeps_strata: bool = False
) -> Iterator[Parts]:
    for row in joint.values(shares, keeps_strata).tolist():
        yield role, of, dict(enumerate(row))
