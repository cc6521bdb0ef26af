"""What outcomes are worth: a run valued, and the value of knowing more."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.experiments.budget import asked_for
from sim.experiments.information import Information
from sim.experiments.information import information as value_of_knowing
from sim.experiments.two_way import asked_for as ranges_asked
from sim.experiments.valued_run import Worth
from sim.experiments.worth import worth as value_of_run
from sim.experiments.worth_of_trials import asked_for as trials_asked
from sim.experiments.worth_of_trials import decision_asked
from sim.python.kept import ResultLike, open_result
from sim.results import seals
from sim.scenario import as_settings
from sim.vocabulary import Progress


def worth(
    result: ResultLike,
    *,
    settings: Mapping[str, Any] | None = None,
    patients_a_year: float | None = None,
    years: int | None = None,
    share: Mapping[str, float | Sequence[float]] | None = None,
    share_today: Mapping[str, float | Sequence[float]] | None = None,
    reading: Mapping[str, float] | None = None,
    two_way: Mapping[str, Sequence[str]] | None = None,
    by_patient: bool = False,
    over_time: bool = False,
    out: str | Path = "results",
    progress: Progress | None = None,
) -> Worth:
    """Value a kept run of a scenario with economics.

    Parameters
    ----------
    result, out
        As of `open_result`.
    settings : mapping, optional
        Changed values by path, such as
        `{"economics.costs.therapies.interferon.per_dose": "10 EUR"}`.
    patients_a_year : float, optional
        Patients who enter in each calendar year, for the budget impact; needs `years`.
    years : int, optional
        Calendar years of the budget.
    share : mapping, optional
        New share of each arm in percent, such as `{"combination": 60}`; the comparator has the
        rest. A list has a share for each calendar year, `{"combination": [20, 40, 60]}`, and the
        last one goes on. All patients get the other of two arms by default.
    share_today : mapping, optional
        Share of each arm today; all get the comparator by default.
    reading : mapping, optional
        Weight of each reading of the annual increase in percent, such as
        `{"linear": 40, "plateau": 60}`: costs and QALYs are averaged over them.
    two_way : mapping, optional
        Two prices with the ends of their ranges, such as
        `{"economics.costs.therapies.interferon.per_dose": ("0 EUR", "30 EUR"), ...}`.
    by_patient : bool
        Whether the costs and QALYs of each patient are wanted, for which the patients are
        simulated.
    over_time : bool
        Whether the costs so far at the end of each year since entry are wanted, likewise.
    progress : callable, optional
        Called with the number of patient courses done and to do, where patients are simulated.

    Returns
    -------
    Worth
        `table` has costs, QALYs and net benefit by arm and difference, `compared` the verdict on
        each arm, `prices` the break-even prices, `standings` all arms by cost. A changed price or
        utility takes the kept quantities; another change simulates the patients again. `budget` is
        the spending by calendar year, for which they are simulated too. `two_way` tells where the
        verdict changes in the plane of two prices; `two_way.plot()` draws it. `patients` has
        each patient's outcomes in each arm, `over_time` the costs so far by year; `save(folder)`
        writes its figure.

    Raises
    ------
    RequestError
        If there is no such result, it is no run, or its scenario has no economics; for a budget
        without `patients_a_year` or `years`, or shares or weights that do not add up to 100 %.
    ScenarioError
        For a change that is not valid.
    """
    asked = asked_for(patients_a_year, years, share, share_today)
    ranges = ranges_asked(two_way)
    kept = open_result(result, out=out)
    with seals.reading(kept, warnings.warn):
        return value_of_run(
            kept, as_settings(settings), progress, asked, reading, ranges, by_patient, over_time
        )


def information(
    result: ResultLike,
    *,
    threshold: float | None = None,
    group: Mapping[str, Sequence[str]] | None = None,
    trial: str | None = None,
    sizes: Sequence[int] | None = None,
    follow_up: str | None = None,
    patients_a_year: float | None = None,
    years: float | None = None,
    cost_per_patient: float | None = None,
    fixed_cost: float | None = None,
    workers: int | None = 1,
    yes: bool = False,
    out: str | Path = "results",
    progress: Progress | None = None,
) -> Information:
    """Value what is not known, from the draws of a kept sweep.

    Parameters
    ----------
    result, out
        As of `open_result`: a probabilistic sweep of one scenario with economics, whose draws have
        `fresh` patients.
    threshold : float, optional
        Worth of a QALY in the currency of the scenario; the middle of its thresholds by default.
    group : mapping, optional
        Paths of parameters that are learnt together, by the name of the group.
    trial : str, optional
        Outcome whose mean in each arm a trial would tell; a trial is simulated for each draw.
    sizes : sequence of int, optional
        Patients per arm of the trials; 50, 100 and 200 by default.
    follow_up : str, optional
        Follow-up of the trials, such as `"2 years"`; that of the scenario by default.
    patients_a_year, years : float, optional
        Patients who start treatment in each year, and years until the decision is taken anew, for
        the value to all these patients.
    cost_per_patient, fixed_cost : float, optional
        Cost of a trial for each of its patients, and whatever its size. They need `trial` and the
        two numbers before.
    workers : int, optional
        Number of workers; as many as save time if None.
    yes : bool
        Simulate trials even if the forecast exceeds the bounds.
    progress : callable, optional
        Called with the number of trials done and to do.

    Returns
    -------
    Information
        `perfect` is the EVPI with what patients' noise does to it, `bracket` encloses it in
        expectation, `evpi` has it at each threshold. `parameters` are the EVPPI, `curves` says
        which arm is the best buy, `people` are the patients of the decision, discounted, `trials`
        EVSI and ENBS by patients per arm.

    Raises
    ------
    RequestError
        If there is no such result, or its draws do not tell the value of information; for an
        outcome that no trial measures, and numbers of the population without the others.
    ScenarioError
        For a follow-up that the scenario refuses.
    """
    asked = trials_asked(
        trial, sizes, follow_up, patients_a_year, years, cost_per_patient, fixed_cost
    )
    decision = decision_asked(patients_a_year, years)
    kept = open_result(result, out=out)
    with seals.reading(kept, warnings.warn):
        return value_of_knowing(kept, threshold, group, asked, progress, workers, yes, decision)
