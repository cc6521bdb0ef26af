"""The clinic of one patient: how long each dose waited, and where the clinics of two arms part."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sim.experiments.patient_history.lines import OWN_LISTS, Divergence
from sim.experiments.patient_history.words import days, happened
from sim.results import Tables
from sim.scenario import Scenario, Study
from sim.simulation.clinic import enrolment_days, whole_clinics
from sim.simulation.records import ENROLS
from sim.simulation.simulate import inputs_of, protocol_of
from sim.vocabulary import NOT_COMING, SKIPPED, Event


class Dose(NamedTuple):
    """A planned dose of one arm.

    Attributes
    ----------
    number : int
        Number of the planned dose, from 1.
    day : int
        Day since enrolment on which it was given or known not to be.
    waited : int
        Days that it waited for a place; 0 for a dose that is not given.
    value : float
        Milligrams; for a dose that is not given the reason, 0 or less.
    """

    number: int
    day: int
    waited: int
    value: float


Doses = Mapping[str, tuple[Dose, ...]]
"""The planned doses of one therapy, by arm."""


@dataclass(frozen=True)
class Attendance:
    """One patient at the clinic.

    Attributes
    ----------
    clinic : int
        Number of the clinic, from 0.
    patients : range
        Numbers of its patients.
    enrolled : int
        Day on which the patient enrolled, since the limits of the clinic began; below 0 before.
    doses : dict of str to Doses
        Doses of each therapy that the clinic serves.
    parting : Divergence or None
        First dose for which the arms differ in the wait, or in the reason why it is not given.
    """

    clinic: int
    patients: range
    enrolled: int
    doses: dict[str, Doses]
    parting: Divergence | None

    @property
    def lines(self) -> tuple[str, ...]:
        """The clinic, the day of enrolment, and the waits of each arm, in lines."""
        last = self.patients.stop - 1
        return (
            f"Clinic {self.clinic}, with patients {self.patients.start} to {last}; enrolled on day "
            f"{self.enrolled} of the clinic",
            *(
                f"Waits for {therapy}, {arm}: {_summed(of_arm)}"
                for therapy, doses in self.doses.items()
                for arm, of_arm in doses.items()
                if of_arm
            ),
        )


def attendance(study: Study, patient: int, tables: Tables) -> Attendance | None:
    """Collect the waits of one patient.

    Parameters
    ----------
    study : Study
        The study.
    patient : int
        Number of the patient.
    tables : Tables
        Tables of the patient alone.

    Returns
    -------
    Attendance or None
        None for a scenario without a clinic.
    """
    scenario = study.scenario
    if scenario.clinic is None:
        return None
    everyone = whole_clinics(scenario, range(patient, patient + 1))
    first_arm = next(iter(inputs_of(protocol_of(study), everyone).values()))
    days_of_clinic = enrolment_days(scenario, first_arm.numbers(ENROLS, 0)[:, 0])
    day = int(days_of_clinic[patient - everyone.start])
    doses = {therapy: _doses(tables, therapy, scenario) for therapy in scenario.clinic.serves}
    number = everyone.start // scenario.together
    return Attendance(number, everyone, day, doses, _parting(doses, scenario))


def _doses(tables: Tables, therapy: str, scenario: Scenario) -> Doses:
    """The planned doses of a therapy in each arm that has it, with their waits."""
    rows = tables.events[tables.events["what"] == therapy]
    return {
        arm: tuple(_of_arm(rows[rows["arm"] == arm].to_dict("records")))
        for arm, therapies in scenario.arms.items()
        if therapy in therapies
    }


def _of_arm(rows: list[dict[Hashable, Any]]) -> list[Dose]:
    """Doses in their order; the row of a wait follows that of its dose."""
    doses: list[Dose] = []
    for row in rows:
        if row["event"] in (Event.INFUSION, Event.MISSED_INFUSION):
            doses.append(Dose(len(doses) + 1, int(row["day"]), 0, float(row["value"])))
        elif row["event"] == Event.WAITED:
            doses[-1] = doses[-1]._replace(waited=int(row["value"]))
    return doses


def _summed(doses: tuple[Dose, ...]) -> str:
    """Waits of an arm in a sentence."""
    given = [dose for dose in doses if dose.value > 0]
    late = [dose for dose in given if dose.waited]
    parts = [f"none of {len(given)} doses waited"]
    if late:
        longest = max(late, key=lambda dose: dose.waited)
        parts = [
            f"{len(late)} of {len(given)} doses waited, {days(sum(dose.waited for dose in late))} "
            f"in all, the longest {days(longest.waited)} (dose {longest.number}, day "
            f"{longest.day})"
        ]
    for reason, words in ((SKIPPED, "skipped by the clinic"), (NOT_COMING, "lost by not coming")):
        number = sum(dose.value == reason for dose in doses)
        parts += [f"{number} {words}"] if number else []
    return "; ".join(parts)


def _parting(doses: Mapping[str, Doses], scenario: Scenario) -> Divergence | None:
    """The first dose of which the clinics of the arms make different days."""
    partings = [_of_therapy(name, of_arms, scenario) for name, of_arms in doses.items()]
    known = [parting for parting in partings if parting is not None]
    return min(known, key=lambda parting: parting.day, default=None)


def _of_therapy(therapy: str, doses: Doses, scenario: Scenario) -> Divergence | None:
    """The first dose that waits differently; None where something else moves the plan before."""
    if len(doses) < 2:
        return None
    for same in zip(*doses.values(), strict=False):
        if len({(dose.waited, min(dose.value, 0.0)) for dose in same}) > 1:
            texts = {
                arm: _in_words(therapy, dose, scenario)
                for arm, dose in zip(doses, same, strict=True)
            }
            return Divergence(min(dose.day for dose in same), texts, OWN_LISTS)
        if len({dose.day for dose in same}) > 1:
            return None
    return None


def _in_words(therapy: str, dose: Dose, scenario: Scenario) -> str:
    """A dose with its number, its day and its wait."""
    event = Event.INFUSION if dose.value > 0 else Event.MISSED_INFUSION
    text = happened(event, therapy, dose.value, scenario, False)
    waited = happened(Event.WAITED, therapy, dose.waited, scenario, False)
    return f"dose {dose.number} on day {dose.day}: {text}{f' {waited}' if dose.waited else ''}"
