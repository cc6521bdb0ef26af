"""What a kept run is worth: its quantities times prices, in force or changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sim.economics.compared import arms_by_cost, break_evens, compared
from sim.economics.groups import Quantities
from sim.economics.same_quantities import quantities_change
from sim.economics.valued import valued
from sim.errors import RequestError
from sim.experiments import budget as of_calendar
from sim.experiments import costs_over_time
from sim.experiments.budget import Asked
from sim.experiments.two_way import Range, two_way
from sim.experiments.valued_run import Worth
from sim.experiments.worth_by_reading import averaged, checked, simulated
from sim.experiments.worth_of_patients import of_patients as of_patients_one_by_one
from sim.results import Kept, quantities, seals
from sim.results.tables import as_filed
from sim.scenario import Study, load
from sim.vocabulary import Progress

BUDGET_OF_ONE = "a budget is that of the scenario's own reading: leave out the weights of readings"
PATIENTS_OF_ONE = (
    "single patients and costs over time have the scenario's own reading: leave out the weights"
)


def worth(
    kept: Kept, settings: Iterable[str] = (), progress: Progress | None = None,
    asked: Asked | None = None, weights: Mapping[str, float] | None = None,
    ranges: Sequence[Range] = (), by_patient: bool = False, over_time: bool = False,
) -> Worth:  # fmt: skip
    """Value a kept run.

    Parameters
    ----------
    kept : Kept
        A run of a scenario with `economics`.
    settings : iterable of str
        Changes as `path=value`, such as `economics.costs.therapies.interferon.per_dose=10 EUR`.
    progress : callable, optional
        Called with the number of patient courses done and to do, where patients are simulated.
    asked : Asked, optional
        The budget impact that is wanted: the patients are simulated for it.
    weights : mapping, optional
        Weights in percent of the readings of the annual increase that are averaged.
    ranges : sequence of Range, optional
        Two prices, to find where the verdict changes in their plane.
    by_patient : bool
        Whether each patient's outcomes are wanted too: the patients are simulated for them.
    over_time : bool
        Whether the costs so far at the end of each year are wanted too, likewise.

    Returns
    -------
    Worth
        Costs, QALYs, net benefit, verdicts and break-even prices. A change of prices or of
        multipliers takes the kept quantities; another change simulates the patients again.

    Raises
    ------
    RequestError
        For a result without economics, shares or weights that do not add up, a budget over
        several readings, ranges of what is no price, or patients who would be simulated beside the
        quantities of another model or a damaged file.
    ScenarioError
        For a change that is not valid.
    """
    if kept.manifest.kind != "run":
        of_draws = "; `mastosim information` values its draws" * (kept.manifest.kind == "sweep")
        raise RequestError(f"'{kept.folder}' is not a run; only a run has a worth{of_draws}")
    own, changes = kept.study, [*settings]
    study = load(own, changes) if changes else own
    if own.scenario.economics is None:
        raise RequestError(
            f"'{kept.folder}' has no worth: its scenario has no `economics` (docs/economics.md)"
        )
    of_readings = checked(weights) if weights else {}
    if of_readings and (asked is not None or by_patient or over_time):
        raise RequestError(BUDGET_OF_ONE if asked is not None else PATIENTS_OF_ONE)
    again = quantities_change(own, study)
    if (of_readings or asked is not None or by_patient) and not again:
        seals.refuse_damaged(kept)
        kept.refuse_another_model()
    of_patients = simulated(study, progress) if again else quantities.load(kept.folder)
    if of_readings:
        of_patients = averaged(study, of_patients, of_readings, progress)
    valued_run = replace(valued_study(study, of_patients, again), readings=of_readings)
    if ranges:
        valued_run = replace(valued_run, two_way=two_way(study, of_patients, ranges))
    if by_patient:
        valued_run = replace(valued_run, patients=of_patients_one_by_one(study, progress))
    if over_time:
        valued_run = replace(valued_run, over_time=costs_over_time.over_time(study, progress))
    if asked is None:
        return valued_run
    return replace(valued_run, budget=of_calendar.budget(study, asked, progress))


def valued_study(study: Study, of_patients: Quantities, simulated: bool = False) -> Worth:
    """Value the quantities of a study with economics."""
    scenario = study.scenario
    return Worth(
        study, as_filed(valued(of_patients, scenario)), compared(of_patients, scenario),
        break_evens(of_patients, scenario), arms_by_cost(of_patients, scenario), simulated,
    )  # fmt: skip
