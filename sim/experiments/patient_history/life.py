"""One patient followed through every arm of a study, with the arms side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sim.display import html
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.patient_history import lines, timeline
from sim.experiments.patient_history.waits import Attendance, attendance
from sim.experiments.patient_history.words import amount, measured
from sim.results import Tables
from sim.scenario import ScenarioLike, Study, load
from sim.vocabulary import DAYS_PER_MONTH

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

FOLDED = 3
"""Equal events in a row from which on they are one line of the table."""

_PERSON = {"female": "A woman", "male": "A man"}


class NoSuchPatient(RequestError):
    """The number of a patient that is not in the cohort."""


@dataclass(frozen=True, repr=False)
class Life:
    """The history of one patient in every arm.

    Attributes
    ----------
    scenario : str
        Name of the scenario.
    seed : int
        Seed of the scenario.
    patient : int
        Number of the patient, from 0.
    arms : tuple of str
        Names of the arms.
    person : dict
        The patient at entry: columns of the table `patients`, without `patient`.
    latent : dict
        True values at entry: columns of the table `latent`, without `patient`.
    events : pandas.DataFrame
        One row per event: `day`, `month`, and one column per arm with the event as text, empty for
        an arm without the event.
    divergence : Divergence or None
        First day on which any event or measured value differs between arms.
    outcome : Divergence or None
        First day with a fracture or a death that differs between arms.
    study : Study
        The study.
    tables : Tables
        Tables of the patient.
    attendance : Attendance or None
        The patient's clinic and waits; None without a clinic.
    """

    scenario: str
    seed: int
    patient: int
    arms: tuple[str, ...]
    person: dict[str, Any]
    latent: dict[str, float]
    events: pd.DataFrame
    divergence: lines.Divergence | None
    outcome: lines.Divergence | None
    study: Study
    tables: Tables
    attendance: Attendance | None = None

    @property
    def head(self) -> tuple[str, ...]:
        """Description of the patient, in lines."""
        person, fractures = self.person, self.person["vertebral_fractures"]
        vertebral = f"{fractures} vertebral fracture{'' if fractures == 1 else 's'}"
        return (
            f"Patient {self.patient} of {self.scenario}, seed {self.seed}",
            f"{_PERSON[person['sex']]} of {person['age_years']:.1f} years and "
            f"{amount(person['weight_kg'])} kg, with {vertebral} at entry",
            f"True values at entry (a trial cannot observe them): {measured(self.latent)}",
            *(self.attendance.lines if self.attendance else ()),
        )

    @property
    def comparison(self) -> tuple[str, ...]:
        """Divergence of the arms and its reason, in lines."""
        if len(self.arms) == 1:
            return ("The scenario has one arm; there is no comparison.",)
        if self.divergence is None:
            return ("The arms do not diverge: all events and measured values are the same.",)
        outcome = "Fractures and death are the same in every arm."
        if self.outcome is not None:
            outcome = (
                f"The first different outcome is on day {self.outcome.day}. {self.outcome.text}"
            )
        parting = () if self.attendance is None else (_parted(self.attendance.parting),)
        first = f"The arms diverge on day {self.divergence.day}. {self.divergence.text}"
        return (first, *parting, outcome)

    @property
    def heads(self) -> tuple[str, ...]:
        """Headings of the columns of `rows`."""
        return ("day", "month", *self.arms)

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Rows of the table as texts: days, months, and the event in each arm.

        Equal events that follow one another, like infusions, have one row.
        """
        of_each = [*self.events.itertuples(index=False, name=None)]
        return [row for _, same in groupby(of_each, lambda row: row[2:]) for row in _rows([*same])]

    def plot(self) -> Figure:
        """Draw the life on a time axis: bone density above, therapies and events below.

        Returns
        -------
        matplotlib.figure.Figure
            The figure. A notebook shows it; `figure.savefig(path)` writes it.
        """
        event, outcome = (one.day if one else None for one in (self.divergence, self.outcome))
        title, person, *_ = self.head
        told = (title, person, self.comparison, timeline.notes_of(self.tables, self.study.scenario))
        return timeline.figure_of(self.tables, self.study, *told, event, outcome)

    def __repr__(self) -> str:
        """Two lines: the patient, and where the arms diverge."""
        days = f"{len(self.events)} days and events in arms {', '.join(self.arms)}"
        where = "the arms do not diverge"
        if self.divergence is not None:
            where = f"they diverge on day {self.divergence.day}"
        return f"{self.head[0]}: {self.head[1]}\n{days}; {where}"

    def _repr_html_(self) -> str:
        """HTML for notebooks: the patient, the table, and the divergence of the arms."""
        text_columns = range(2, 2 + len(self.arms))
        parts = (
            html.paragraph(self.head),
            html.table(self.heads, self.rows, text_columns),
            html.paragraph(self.comparison),
        )
        return f"<div>{''.join(parts)}</div>"


def _rows(same: list[tuple[Any, ...]]) -> Iterator[tuple[str, ...]]:
    """One row for equal events if there are many, else one for each."""
    if len(same) < FOLDED:
        yield from ((str(day), f"{month:.1f}", *texts) for day, month, *texts in same)
        return
    (first, first_month, *texts), (last, last_month, *_) = same[0], same[-1]
    times = (f"{text}, {len(same)} times" if text else "" for text in texts)
    yield (f"{first} to {last}", f"{first_month:.1f} to {last_month:.1f}", *times)


def explain(
    scenario: ScenarioLike, patient: int, settings: Iterable[str] = (), seed: int | None = None
) -> Life:
    """Follow one patient of a scenario through every arm.

    The patient is the same as in a run with this seed, for any size of the cohort.

    Parameters
    ----------
    scenario : path, mapping or Study
        As of `sim.scenario.load`.
    patient : int
        Number of the patient, from 0, as in the tables of a run.
    settings : iterable of str, optional
        Changes as `path=value`.
    seed : int, optional
        Seed instead of that of the file.

    Returns
    -------
    Life
        The history of the patient.

    Raises
    ------
    ScenarioError
        For a scenario that is not valid.
    NoSuchPatient
        For a number that is not in the cohort.

    Examples
    --------
    >>> life = explain("scenarios/laroche2011.yaml", patient=17)
    >>> life.arms
    ('combination', 'pamidronate')
    >>> life.divergence.day
    0
    """
    study = load(scenario, settings, seed=seed)
    own, patients = study.scenario, study.scenario.cohort.patients
    if not 0 <= patient < patients:
        raise NoSuchPatient(f"there is no patient {patient}: patients are 0 to {patients - 1}")
    tables = runs.follow(study, range(patient, patient + 1))
    visits = lines.visits_of(tables, own)
    merged = lines.lines_of(tables, visits, own)
    return Life(
        own.name, own.seed, patient, tuple(own.arms),
        _first_row(tables.patients), _first_row(tables.latent),
        _frame(merged, list(own.arms)), lines.first_divergence(merged, own, visits),
        lines.first_divergence(merged, own, visits, lines.OUTCOMES), study, tables,
        attendance(study, patient, tables),
    )  # fmt: skip


def _parted(parting: lines.Divergence | None) -> str:
    """Where the clinics of the arms part, for the patient."""
    if parting is None:
        return "Each dose waits equally long in every arm that has it."
    return f"The clinics of the arms part on day {parting.day}. {parting.text}"


def _first_row(frame: pd.DataFrame) -> dict[str, Any]:
    (row,) = frame.drop(columns="patient").to_dict("records")
    return {str(name): value for name, value in row.items()}


def _frame(merged: lines.Lines, arms: list[str]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (key.day, round(key.day / DAYS_PER_MONTH, 1), *(e[a].text if a in e else "" for a in arms))
        for key, e in merged.items()
    ]
    return pd.DataFrame(rows, columns=["day", "month", *arms])
