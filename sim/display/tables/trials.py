"""The table of what trials would be worth: EVSI and ENBS by size, and the best size in words."""

from __future__ import annotations

from collections.abc import Iterator

from sim.display.tables import Sheet
from sim.economics.information.trials import Trials
from sim.economics.ratios import amount


def sheet(trials: Trials, money: str) -> Sheet:
    """Show what each size of trial would be worth.

    Parameters
    ----------
    trials
        Values of trials of several sizes.
    money
        The currency.
    """
    of_all = {trial.patients: trial for trial in trials.trials}
    heads = ["Trial, patients per arm (EVSI)", "unit", "per patient", "standard error"]
    if of_all:
        heads += ["to all patients", "cost", "ENBS", "its standard error"]
    rows = []
    for size, value in trials.values.items():
        own = [amount(value.value), amount(value.se)]
        if trial := of_all.get(size):
            own += [amount(x) for x in (trial.gain, trial.cost, trial.enbs, trial.enbs_se)]
        rows.append((f"{size:,}", money, *own))
    return Sheet(tuple(heads), rows, tuple(_notes(trials)))


def _notes(trials: Trials) -> Iterator[str]:
    yield f"A trial tells the mean of '{trials.outcome}' in each of its {trials.arms} arms."
    if trials.population is not None:
        yield (
            f"It reports after its follow-up of {round(trials.follow_up, 2):g} years. In the "
            f"{trials.population.years:g} years of the decision"
        )
        yield f"{amount(trials.people)} patients, discounted, start after that."
        yield _best(trials)
    yield from dict.fromkeys(said for one in trials.values.values() for said in one.warnings)


def _best(trials: Trials) -> str:
    best = trials.optimum
    if best is None:
        return "No trial of these sizes is worth its cost."
    text = f"The best of these sizes has {best.patients:,} patients per arm"
    if best.lowest == best.highest:
        return f"{text}."
    return f"{text}; sizes from {best.lowest:,} to {best.highest:,} are not told from it."
