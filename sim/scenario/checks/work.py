"""The work that a scenario asks for: doses, visits and fractures per patient have limits."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Infusions
from sim.scenario.mistakes import Mistake
from sim.scenario.text.provenance import Plain
from sim.vocabulary import DAYS_PER_YEAR, MOST_DOSES, MOST_EXPECTED_FRACTURES, MOST_VISITS


def check_work(scenario: Scenario, plain: Plain) -> Iterator[Mistake]:
    """Mistakes of plans that no record has room for, and of rates that ask for endless work."""
    yield from _doses(scenario, plain)
    yield from _visits(scenario, plain)
    yield from _prior(scenario, plain)
    rate = scenario.fractures.base_rate.rate or 0.0  # a rate that is solved has this limit too
    fractures = rate * scenario.horizon / DAYS_PER_YEAR
    if fractures > MOST_EXPECTED_FRACTURES:
        message = (
            f"this rate over the horizon is {fractures:.4g} fractures per patient; allowed: up to "
            f"{MOST_EXPECTED_FRACTURES}, by a lower rate or a shorter horizon"
        )
        yield plain.mistake(("fractures", "base_rate"), message)


def _prior(scenario: Scenario, plain: Plain) -> Iterator[Mistake]:
    """A mistake where earlier fractures raise the rates so far that the cohort has no mean rate."""
    factor = scenario.fractures.per_further_vertebral_fracture
    limit = scenario.cohort.vertebral_fractures.largest_base
    if factor >= limit:
        message = (
            f"the mean rate of the cohort is infinite from {limit:.4g} on, because some patients "
            "have very many earlier fractures; allowed: below it"
        )
        yield plain.mistake(("fractures", "per_further_vertebral_fracture"), message)


def _doses(scenario: Scenario, plain: Plain) -> Iterator[Mistake]:
    for name, therapy in scenario.therapies.items():
        if isinstance(therapy, Infusions):
            count = len(therapy.schedule.days(therapy.start.day, scenario.horizon))
            if count > MOST_DOSES:
                message = f"{count} planned doses in the follow-up; allowed: up to {MOST_DOSES}"
                yield plain.mistake(("therapies", name, "schedule"), message)


def _visits(scenario: Scenario, plain: Plain) -> Iterator[Mistake]:
    visits = {"dxa": scenario.visits.dxa}
    if scenario.cohort.markers:
        visits["markers"] = scenario.visits.markers
    for key, times in visits.items():
        if len(scenario.visits.days(times, scenario.horizon)) > MOST_VISITS:
            message = f"more than {MOST_VISITS} visits in the follow-up, entry among them; allowed:"
            yield plain.mistake(("visits", key), f"{message} up to {MOST_VISITS}")
