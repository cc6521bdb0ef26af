"""The design of a published series, and the study whose patients are those of all its trials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sim.errors import RequestError
from sim.experiments.clinics import refuse_clinics
from sim.scenario import ScenarioLike, Study, as_settings, load
from sim.scenario.durations import in_time
from sim.vocabulary import MOST_PATIENTS, PATIENTS_AND_PARAMETERS, PATIENTS_ONLY, Interval


class Design(NamedTuple):
    """The design of a series: patients enrolled in each arm, and settings of a scenario.

    `settings` are `path=value` texts: the follow-up and the visits that the publication states.
    """

    patients: dict[str, int]
    settings: tuple[str, ...]

    @property
    def size(self) -> int:
        """Patients per trial, all arms together."""
        return sum(self.patients.values())


class Emulation(NamedTuple):
    """A study whose cohort consists of several trials of one design, one after another.

    If `uncertain`, each trial draws its own parameters from the uncertainty of the study's numbers.
    """

    study: Study
    design: Design
    trials: int
    uncertain: bool = False

    @property
    def interval(self) -> Interval:
        """What the intervals over the trials hold: patients only, or patients and parameters."""
        return PATIENTS_AND_PARAMETERS if self.uncertain else PATIENTS_ONLY


def prepare(
    scenario: ScenarioLike,
    trials: int,
    seed: int | None = None,
    settings: Iterable[str] = (),
    uncertain: bool = False,
) -> Emulation:
    """Prepare trials with the design of the publication of a scenario.

    Parameters
    ----------
    scenario : path
        Scenario file with a publication under `answers`.
    trials : int
        Number of trials.
    seed : int, optional
        Seed of the random numbers; that of the file by default.
    settings : iterable of str
        `path=value` texts that change the scenario and the design.
    uncertain : bool
        Whether each trial draws its own parameters.

    Returns
    -------
    Emulation
        A study whose cohort holds the patients of all trials.

    Raises
    ------
    ScenarioError
        If the scenario is not valid.
    RequestError
        If the scenario names no publication, the publication has no design, the trials have more
        patients than a study may have, or they are to draw parameters and the scenario states no
        uncertainty.
    """
    settings = [*_own(scenario), *settings]
    asked = load(scenario, settings, seed=seed)
    refuse_clinics([asked], "an emulation enrols patients one by one")
    design = design_of(asked)
    refuse_too_many(trials, design.size)
    study = load(scenario, [*design.settings, *settings], trials * design.size, seed)
    if uncertain and not study.uncertainty:
        raise RequestError(
            f"{study.scenario.name} states no uncertainty of its numbers; add `uncertainty:` "
            "beside a value, or leave out --uncertain"
        )
    return Emulation(study, design, trials, uncertain)


def _own(scenario: ScenarioLike) -> list[str]:
    """What was set over a study, which is set again over the design; nothing of a file."""
    own = scenario.settings if isinstance(scenario, Study) else ()
    return as_settings({setting.path: setting.new for setting in own if setting.new is not None})


def refuse_too_many(trials: int, patients: int) -> None:
    """Raise RequestError for trials whose patients are too many for one study.

    Parameters
    ----------
    trials
        Number of trials.
    patients
        Patients per trial, all arms together.
    """
    if patients > MOST_PATIENTS:
        raise RequestError(
            f"a trial of the largest size has {patients:,} patients; allowed: up to "
            f"{MOST_PATIENTS:,} in all trials together. Ask for smaller sizes (--sizes)"
        )
    if trials * patients > MOST_PATIENTS:
        raise RequestError(
            f"{trials:,} trials of {patients:,} patients each have {trials * patients:,} patients; "
            f"allowed: up to {MOST_PATIENTS:,} in all trials together, which are "
            f"{MOST_PATIENTS // patients:,} trials (--trials)"
        )


def design_of(study: Study) -> Design:
    """Return the design of the publication of a study.

    Raises
    ------
    RequestError
        If the study names no publication, the publication has no design, or the design enrols
        patients in an arm that the study does not have.
    """
    answers = study.scenario.answers
    if answers is None:
        name = study.scenario.name
        raise RequestError(f"{name} names no publication to compare with; add `answers:`")
    design = study.publication(answers).get("design")
    if design is None:
        raise RequestError(
            f"{answers} does not say how many patients it enrolled; its file needs a `design:`, "
            f"like {{patients: {{{next(iter(study.scenario.arms))}: 10}}}}"
        )
    strangers = [arm for arm in design["patients"] if arm not in study.scenario.arms]
    if strangers:
        raise RequestError(f"{answers} enrols patients in '{strangers[0]}', which is not an arm")
    patients = {arm: int(count) for arm, count in design["patients"].items()}
    return Design(patients, tuple(_settings(design, study.publication(answers))))


def _settings(design: Mapping[str, Any], paper: Mapping[str, Any]) -> Iterable[str]:
    """Follow-up and visits of the series as settings of a scenario."""
    follow_up = design.get("follow_up", paper.get("follow_up"))
    if follow_up is not None:
        yield f"horizon={in_time(follow_up)}"
    for what, times in design.get("visits", {}).items():
        yield f"visits.{what}=[{', '.join(times)}]"
