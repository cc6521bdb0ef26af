"""One patient followed through every arm of a study, and the arms side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.display import html
from sim.experiments import runs
from sim.experiments.patient_history.divergence import (
    Parting,
    first_difference,
    first_outcome,
)
from sim.experiments.patient_history.lines import Lines, lines_of, visits_of
from sim.experiments.patient_history.words import amount, measured
from sim.results import Tables
from sim.scenario import Study, load
from sim.vocabulary import DAYS_PER_MONTH

if TYPE_CHECKING:
    import pandas as pd

_PERSON = {"female": "A woman", "male": "A man"}


class NoSuchPatient(ValueError):
    """The number of a patient whom the study does not have."""


@dataclass(frozen=True)
class Life:
    """A patient's life in every arm.

    `events` has a row a line with the columns day, month and one column for each arm, which holds
    what happened or nothing. `person` says who the patient is, `latent` the true values at entry,
    both as the columns of `sim.results`. `parting` is the first day on which anything differs
    between arms, `outcome` the first fracture or death that not all arms have; None without one.
    """

    scenario: str
    seed: int
    patient: int
    arms: tuple[str, ...]
    person: dict[str, Any]
    latent: dict[str, float]
    events: pd.DataFrame
    parting: Parting | None
    outcome: Parting | None

    @property
    def head(self) -> tuple[str, ...]:
        """Who the patient is, a line each."""
        who, fractures = self.person, self.person["vertebral_fractures"]
        plural = "" if fractures == 1 else "s"
        return (
            f"Patient {self.patient} of {self.scenario}, seed {self.seed}",
            f"{_PERSON[who['sex']]} of {who['age_years']:.1f} years and "
            f"{amount(who['weight_kg'])} kg, with {fractures} vertebral fracture{plural} at entry",
            f"True values at entry, which no trial sees: {measured(self.latent)}",
        )

    @property
    def comparison(self) -> tuple[str, ...]:
        """Where the arms part and why, a line each."""
        if len(self.arms) == 1:
            return ("There is one arm, and nothing to compare it with.",)
        if self.parting is None:
            return ("The arms never part: every event and every measured value is the same.",)
        same = "Fractures and death are the same in every arm."
        outcome = self.outcome
        return (
            f"The arms part on day {self.parting.day}. {self.parting.text}",
            f"First outcome that differs, on day {outcome.day}. {outcome.text}"
            if outcome
            else same,
        )

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads of the columns of `rows`."""
        return ("day", "month", *self.arms)

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The lines of the table as texts: day, month, and what happened in each arm."""
        return [
            (str(day), f"{month:.1f}", *texts)
            for day, month, *texts in self.events.itertuples(index=False, name=None)
        ]

    def _repr_html_(self) -> str:
        """What a notebook shows: who, the table, and where the arms part."""
        words = range(2, 2 + len(self.arms))
        parts = (
            html.paragraph(self.head),
            html.table(self.heads, self.rows, words),
            html.paragraph(self.comparison),
        )
        return f"<div>{''.join(parts)}</div>"


def explain(
    scenario: str | Path | Study,
    patient: int,
    settings: Iterable[str] = (),
    seed: int | None = None,
) -> Life:
    """Follow one patient, numbered from 0 as in the tables, through every arm of a scenario.

    The patient is the one of a whole run with this seed, whatever the size of the cohort.
    `settings` and `seed` are as in `sim.experiments.runs.run`. Raises ScenarioError for a scenario
    that is not valid, NoSuchPatient for a number beyond the cohort.
    """
    study = scenario if isinstance(scenario, Study) else load(scenario, settings, seed=seed)
    patients = study.scenario.cohort.patients
    if not 0 <= patient < patients:
        raise NoSuchPatient(f"there is no patient {patient}: they are 0 to {patients - 1}")
    return _life(study, patient, runs.follow(study, range(patient, patient + 1)))


def _life(study: Study, patient: int, tables: Tables) -> Life:
    scenario = study.scenario
    visits = visits_of(tables, scenario)
    lines = lines_of(tables, visits, scenario)
    compared = len(scenario.arms) > 1
    return Life(
        scenario.name,
        scenario.seed,
        patient,
        tuple(scenario.arms),
        _first_row(tables.patients),
        _first_row(tables.latent),
        _frame(lines, list(scenario.arms)),
        first_difference(lines, scenario, visits) if compared else None,
        first_outcome(lines, scenario, visits) if compared else None,
    )


def _first_row(frame: pd.DataFrame) -> dict[str, Any]:
    (row,) = frame.drop(columns="patient").to_dict("records")
    return {str(name): value for name, value in row.items()}


def _frame(lines: Lines, arms: list[str]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (key.day, round(key.day / DAYS_PER_MONTH, 1), *(e[a].text if a in e else "" for a in arms))
        for key, e in lines.items()
    ]
    return pd.DataFrame(rows, columns=["day", "month", *arms])
