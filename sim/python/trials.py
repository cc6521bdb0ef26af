"""What simulates trials and sweeps: `emulate`, `power` and `sweep`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, overload

from sim.experiments import emulation, sweeps
from sim.experiments.bounds import MOST_HOURS, allow
from sim.experiments.emulation import TRIALS, Emulated
from sim.experiments.emulation import power as randomised
from sim.experiments.emulation.power import OUTCOME, SIZES, Power
from sim.experiments.sweeps import Failed, Pilot, SweepLike, Swept
from sim.python.options import at_least, one_of, refuse_together
from sim.scenario import ScenarioLike, as_settings
from sim.vocabulary import AskedEngine, Engine, Progress
from sim.workers.cluster import SILENCE, Cluster
from sim.workers.pieces import Workers


def emulate(
    scenario: ScenarioLike,
    *,
    trials: int = TRIALS,
    uncertain: bool = False,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = 1,
    out: str | Path | None = None,
    progress: Progress | None = None,
    yes: bool = False,
) -> Emulated:
    """Simulate a published study many times and score each published number.

    Parameters
    ----------
    scenario : path, mapping or Study
        As of `run`, with a publication under `answers`.
    trials : int
        Number of simulated trials, each with as many patients as the publication.
    uncertain : bool
        Whether each trial draws its own parameters from the `uncertainty` of the scenario's
        numbers. The intervals then hold patients and parameters, and not patients only.
    seed, settings, workers, out, yes
        As of `run`.
    progress : callable, optional
        Called with the number of trials done and to do.

    Returns
    -------
    Emulated
        `scores` has one row for each published number (mean and 95 % interval of the trials,
        percentile of the published number), `trials` one for each trial and published number.
        `plot`, `save` as of `run`.

    Raises
    ------
    ScenarioError
        If the scenario is not valid, or refuses values that an uncertain number may have.
    RequestError
        If the scenario names no publication, the publication has no design, the trials are to draw
        parameters and the scenario states no uncertainty, or the trials would take more than 24
        hours or half of the memory of this machine.

    Examples
    --------
    >>> emulated = emulate("scenarios/laroche2011.yaml", trials=20)
    >>> emulated.emulation.design.size, len(emulated.trials) % 20
    (10, 0)
    """
    at_least("trials", trials, 1)
    prepared = emulation.prepare(scenario, trials, seed, as_settings(settings), uncertain)
    allow(emulation.forecast_of(prepared, workers), yes=yes)
    emulated = emulation.run(prepared, progress, workers)
    if out is not None:
        emulated.save(out)
    return emulated


def power(
    scenario: ScenarioLike,
    *,
    sizes: Sequence[int] = SIZES,
    outcome: str = OUTCOME,
    trials: int = randomised.TRIALS,
    test: str | None = None,
    allocation: str | None = None,
    loss: str | None = None,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = 1,
    csv: str | Path | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    yes: bool = False,
) -> Power:
    """Simulate randomised trials of several sizes with the arms of a scenario.

    Parameters
    ----------
    scenario : path, mapping or Study
        As of `run`, with two arms or more.
    sizes : sequence of int
        Patients per arm, 2 or more; in the smallest arm where arms are unequal.
    outcome : str
        Outcome that the trials compare.
    trials : int
        Number of simulated trials of each size.
    test : str, optional
        `welch`, `fisher`, `robust` or `log-rank`. By default Welch for means and doses, Fisher for
        shares, and the robust test for rates.
    allocation : str, optional
        Shares of the arms in the order of the scenario, such as `2:1`; equal by default.
    loss : str, optional
        Loss to follow-up: the share lost in each year, such as `10 %/year`, or a hazard, such as
        `0.1 per year`; none by default.
    seed, settings, workers, out, yes
        As of `run`.
    csv : path, optional
        File that receives the table.
    progress : callable, optional
        Called with the number of trials done and to do.

    Returns
    -------
    Power
        `table` has one row for each arm and size: mean difference, the range of 95 % of the trials,
        width of their intervals, `power` with its interval (%), and `size` of the test. `plot`,
        `save` as of `run`.

    Raises
    ------
    ScenarioError
        If the scenario is not valid.
    RequestError
        If the trials cannot be held (one arm, an outcome, a test or an allocation that is not
        allowed), or would take more than 24 hours or half of the memory of this machine.

    Examples
    --------
    >>> trials = power("scenarios/laroche2011.yaml", sizes=[5, 10], trials=20, allocation="2:1")
    >>> trials.table[["patients", "against_patients"]].to_numpy().tolist()
    [[10, 5], [20, 10]]
    """
    from sim.results import write_csv
    from sim.results.atomic_file import whole_file

    texts = as_settings(settings)
    plan = randomised.prepare(scenario, outcome, sizes, trials, seed, texts, test, allocation, loss)
    allow(randomised.forecast_of(plan, workers), yes=yes)
    simulated = Power(plan, randomised.run(plan, progress, workers))
    if csv is not None:
        with whole_file(Path(csv)) as file:
            write_csv(simulated.table, file)
    if out is not None:
        simulated.save(out)
    return simulated


@overload
def sweep(file: SweepLike, *, pilot: Literal[True], **others: Any) -> Pilot: ...
@overload
def sweep(file: SweepLike, *, shard: str, **others: Any) -> Failed: ...
@overload
def sweep(
    file: SweepLike, *, draws: int | None = None, patients: int | None = None,
    seed: int | None = None, out: str | Path = "results", engine: AskedEngine = "auto",
    workers: int | None = 1, cluster: str | None = None, silence: float = SILENCE,
    shard: None = None, pilot: Literal[False] = False, auto: bool = False,
    limit: float = MOST_HOURS, progress: Progress | None = None,
) -> Swept: ...  # fmt: skip


def sweep(  # type: ignore[misc]  # `others` are options of the third
    file: SweepLike,
    *,
    draws: int | None = None,
    patients: int | None = None,
    seed: int | None = None,
    out: str | Path = "results",
    engine: AskedEngine = "auto",
    workers: int | None = 1,
    cluster: str | None = None,
    silence: float = SILENCE,
    shard: str | None = None,
    pilot: bool = False,
    auto: bool = False,
    limit: float = MOST_HOURS,
    progress: Progress | None = None,
) -> Swept | Pilot | Failed:
    """Simulate a scenario over many values of its parameters, into a folder of results.

    Blocks of patients that are there already are not simulated again: an interrupted sweep resumes
    where it stopped, and more draws or patients add only what is missing.

    Parameters
    ----------
    file : path or mapping
        Sweep file, or a document as a mapping, as `yaml.safe_load` reads a file. A mapping finds
        the scenarios that it names in the current folder.
    draws, patients, seed : int, optional
        Draws of the parameters, patients per arm and seed; those of the file by default.
    out : path
        Folder of results.
    engine : "auto", "simpy" or "batch"
        As of `run`; `auto` counts the patients of all points.
    workers : int, optional
        Number of workers; as many as save time if None. The results do not depend on it.
    cluster : str, optional
        Address of a Dask scheduler in place of `workers`; its workers must see the same folder.
    silence : float
        Longest time (seconds) in which the cluster neither finishes work nor answers.
    shard : str, optional
        One of several shares of the points, like `"2/8"`, for machines that share `out`. When all
        shares are done, the same call without `shard` combines them.
    pilot : bool
        Simulate 32 draws of 200 patients only, and return how many draws and patients to take.
    auto : bool
        Simulate a pilot first, then as many draws and patients as it recommends.
    limit : float
        Longest forecast that is allowed (hours).
    progress : callable, optional
        Called with the number of histories (one patient in one arm) done and to do.

    Returns
    -------
    Swept
        `outcomes` has a row for each point, arm and outcome; `summary`, `alone`, `parameters`,
        `noise`, and for some designs `indices` and `screening`, are the tables of the analysis.
        `plot` as of `run`; `save` copies the result to another folder.
    Pilot
        With `pilot`: `advice` (draws, patients), `split` (variances), `cost` (seconds), `target`.
    dict
        With `shard`: the points that could not be simulated, by scenario and number of the point,
        with the reason.

    Raises
    ------
    ScenarioError
        If the sweep file or its scenario is not valid.
    RequestError
        If the sweep would take longer than `limit`, half of the memory or more disk than is free,
        or for options that do not go together.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> document = {
    ...     "mastosim_sweep": "1", "name": "attendance", "title": "Attendance",
    ...     "question": "What does poor attendance cost?", "design": "grid", "patients": "4",
    ...     "scenario": "scenarios/laroche2011.yaml", "outcomes": ["spine annual increase"],
    ...     "parameters": {"therapies.pamidronate.given": {"values": ["60 %", "80 %"]}},
    ... }
    >>> with TemporaryDirectory() as folder:
    ...     swept = sweep(document, out=folder)
    ...     swept.outcomes["arm"].unique().tolist()
    ['combination', 'pamidronate']
    """
    one_of("engine", engine, get_args(AskedEngine))
    refuse_together({"pilot": pilot, "auto": auto},
                    {"draws": draws, "patients": patients, "shard": shard})  # fmt: skip
    share = sweeps.WHOLE if shard is None else sweeps.Shard.read(shard)
    several = None if workers == 1 else workers
    refuse_together({"cluster": cluster}, {"workers": several})
    hands: Workers | None = workers if cluster is None else Cluster(cluster, silence)
    found = None
    if pilot or auto:
        on = 1 if hands is None else hands
        of_pilot: Engine = "batch" if engine == "auto" else engine  # a pilot has 6,400 patients
        found = sweeps.pilot(file, Path(out), seed, of_pilot, on, progress, limit)
        draws, patients = found.advice.draws, found.advice.patients
    if pilot and found is not None:
        return found
    planned = sweeps.load_sweep(file, patients, draws, seed)
    chosen = sweeps.engine_for(planned, engine)
    hands = sweeps.workers_for(planned) if hands is None else hands
    if shard is not None:
        return sweeps.simulate(planned, Path(out), chosen, hands, share, progress, None, limit)
    more = {"pilot": None if found is None else found.facts}
    return sweeps.run(planned, Path(out), chosen, hands, progress, "", limit, more)
