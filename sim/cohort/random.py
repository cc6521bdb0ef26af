"""The random numbers of a block of patients: which streams a scenario needs, and how far."""

from __future__ import annotations

import numpy as np

from sim.cohort.dosing import reactions_of
from sim.draws import Law, column, table
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.schema import BONES, MARKERS, NEVER, REACTIONS, SITES, THERAPIES, Draws, Floats, Integers


def prepare(
    scenario: Scenario,
    plan_days: Integers,
    visit_days: Integers,
    first: int,
    count: int,
    fractures: int,
) -> Draws:
    """Random numbers of `count` patients from `first` on; certain and impossible things need none.

    A stream is named after what it decides, a measurement's use is its day, so that neither the
    order of therapies nor the number of visits moves a number.
    """
    seed = scenario.seed
    planned = (plan_days != NEVER).sum(axis=1)

    def by_infusion(what: str, law: Law, needed: set[str]) -> Floats:
        return _stack([
            table(seed, f"{what} {name}", range(planned[slot]) if name in needed else (),
                  law, first, count)
            for slot, name in enumerate(scenario.therapies)
        ], THERAPIES, count)  # fmt: skip

    def by_reaction(what: str, chances: list[tuple[float, ...]]) -> Floats:
        return _stack([
            table(seed, f"{what} {therapy} {name}",
                  range(planned[slot]) if any(0 < p < 1 for p in chance) else (),
                  "uniform", first, count)
            for (slot, therapy, name, _), chance in zip(reactions, chances, strict=True)
        ], REACTIONS, count)  # fmt: skip

    def by_site(what: str, law: Law, uses: int) -> Floats:
        return _stack([
            table(seed, f"{what} {site}", range(uses), law, first, count) for site in SITES
        ], len(SITES), count)  # fmt: skip

    therapies = scenario.therapies
    infused = {name: t for name, t in therapies.items() if isinstance(t, Infusions)}
    late = {name for name, t in infused.items() if t.delay and t.delay.probability > 0}
    reactions = reactions_of(scenario)
    return Draws(
        given=by_infusion("given", "uniform", {n for n, t in infused.items() if t.given < 1}),
        late=by_infusion("late", "uniform", late),
        lateness=by_infusion("lateness", "exponential", late),
        ends_course=by_infusion(
            "ends course", "uniform", {n for n, t in infused.items() if t.ends_course > 0}
        ),
        reaction=by_reaction("reaction", [(r.first, r.later) for *_, r in reactions]),
        reaction_ends=by_reaction("reaction ends", [(r.ends_course,) for *_, r in reactions]),
        tolerance=_stack([
            table(seed, f"tolerance {name}",
                  range(len(t.on_intolerance)) if isinstance(t, Course) and t.intolerance else (),
                  "exponential", first, count)
            for name, t in therapies.items()
        ], THERAPIES, count),
        fracture=by_site("fracture", "exponential", fractures + 1),
        fatal=by_site("fatal fracture", "uniform", fractures),
        fatal_delay=by_site("days to fatal end", "uniform", fractures),
        death=column(seed, "death", 0, "exponential", first, count)[:, np.newaxis],
        noise=_noise(seed, visit_days, first, count),
    )  # fmt: skip


def _noise(seed: int, visit_days: Integers, first: int, count: int) -> Floats:
    names = (*BONES, *MARKERS)
    return _stack([
        table(seed, f"measurement {name}", [int(d) for d in days if d != NEVER],
              "normal", first, count)
        for name, days in zip(names, visit_days, strict=True)
    ], len(names), count)  # fmt: skip


def _stack(tables: list[Floats], slots: int, count: int) -> Floats:
    """Tables of unequal width as one array patients x slots x uses, padded with NaN.

    Nothing reads the padding: it belongs to events that cannot happen.
    """
    width = max((table.shape[1] for table in tables), default=0)
    full = np.full((count, slots, width), np.nan)
    for slot, numbers in enumerate(tables):
        full[:, slot, : numbers.shape[1]] = numbers
    return full
