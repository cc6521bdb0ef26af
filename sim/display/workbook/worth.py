"""Sheets of costs and health: break-even prices, arms by cost, budget, value of information."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.display.workbook.sheet import Cell, Column, Formula, Sheet, address, named
from sim.economics.budget import Budget
from sim.economics.compared import BreakEven, arms_by_cost, break_evens
from sim.economics.incremental import Standing
from sim.economics.information.acceptability import Curves
from sim.economics.information.noise import Bracket
from sim.economics.information.partial import Value, draws_needed
from sim.economics.information.perfect import Perfect
from sim.economics.information.sample import Trial
from sim.economics.information.trials import Population, Trials
from sim.results import Kept, quantities

PRICE, NET, USED = 5, 6, 7
"""Columns of the sheet of prices that its formula reads."""

VALUE = 3
"""Column of the values of information, beside which stands that of their errors."""


def of_run(kept: Kept, number: int) -> Iterator[Sheet]:
    """The break-even prices of a run with economics, and all arms by cost."""
    economics = kept.study.scenario.economics
    if economics is not None and kept.has("worth"):
        counted, scenario = quantities.load(kept.folder), kept.study.scenario
        found = break_evens(counted, scenario)
        yield prices(found, economics.currency, named("Prices", number))
        by_cost = arms_by_cost(counted, scenario)
        yield arms(by_cost, economics.currency, named("Arms", number))


def prices(found: Sequence[BreakEven], money: str, called: str) -> Sheet:
    """The price of each therapy at which its arm is just worth its cost, as a formula."""
    heads = (
        Column("arm"), Column("against_arm"), Column("price_of"), Column("a_qaly_worth", money),
        Column("unit"), Column("price", money), Column("net_benefit", money),
        Column("used_more", "per patient"), Column("break_even", money),
    )  # fmt: skip
    rows = [_price(at, one, money) for at, one in enumerate(found)]
    holds = (
        "One row for each price, difference of arms and worth of a QALY: the price at which the "
        "net benefit is 0, all else as it is; below 0 there is none from 0 up. The last column is "
        "computed from the net benefit and from how much more of it the arm uses, discounted."
    )
    return Sheet(called, holds, heads, rows)


def _price(at: int, one: BreakEven, money: str) -> list[Cell]:
    price, net, used = (address(column, at) for column in (PRICE, NET, USED))
    formula = Formula(f"={price}+{net}/{used}", one.break_even)
    return [
        *one.arms, one.quantity, one.threshold, money, one.price,
        one.net_benefit, one.used_more, formula,
    ]  # fmt: skip


def arms(standings: Sequence[Standing], money: str, called: str) -> Sheet:
    """All arms by cost: on the frontier or dominated."""
    heads = (
        Column("arm"), Column("standing"), Column("cost", money), Column("QALYs", "QALYs"),
        Column("against"), Column("cost_per_QALY", f"{money} per QALY"),
    )  # fmt: skip
    rows = [[one.arm, one.status, one.cost, one.effect, one.against, one.icer]
            for one in standings]  # fmt: skip
    return Sheet(called, "One row for each arm, the cheapest first.", heads, rows)


def budget(own: Budget, money: str, called: str) -> Sheet:
    """Spending by calendar year with the shares of today and with new ones."""
    names = ("year", "today", "new", "new_minus_today", "mc_error", "low", "high")
    heads = [Column(name, money if name != "year" else "") for name in names]
    rows: list[list[Cell]] = []
    for at, one in enumerate(own.years):
        formula = Formula(f"={address(2, at)}-{address(1, at)}", one.new - one.today)
        rows.append([one.year or "all", one.today, one.new, formula, *one[4:]])
    return Sheet(called, "One row for each calendar year, undiscounted, then all.", heads, rows)


def information(
    threshold: float, perfect: Perfect, values: Sequence[Value], draws: int, money: str,
    called: str, bracket: Bracket | None = None, people: float | None = None,
) -> Sheet:  # fmt: skip
    """EVPI with what patients' noise does to it, then the EVPPI of each parameter and group."""
    error = None if perfect.corrected is None else perfect.corrected.se
    rows: list[list[Cell]] = [
        ["EVPI", "every uncertain number", money, perfect.value, error, None],
        ["EVPI, noise taken for uncertainty", "", money, perfect.naive, None, None],
        ["patients' noise", "share of the variance between draws", "%", 100 * perfect.noise,
         None, None],
    ]  # fmt: skip
    if bracket is not None:
        rows += [["EVPI at least, in expectation", "", money, bracket.low, bracket.low_se, None],
                 ["EVPI at most, in expectation", "", money, bracket.high, bracket.high_se, None],
                 ]  # fmt: skip
    rows += [["EVPPI", one.name, money, one.value, one.se, draws_needed(one.value, one.se, draws)]
             for one in values]  # fmt: skip
    if people is not None:
        rows.append(["patients of the decision", "discounted", "patients", people, None, None])
        rows += [[*row[:2], f"{money}, all patients", *_times(people, row, at), None]
                 for at, row in enumerate(rows)
                 if row[0] in ("EVPI", "EVPPI") and row[3] is not None]  # fmt: skip
    holds = (
        f"What knowing more would be worth per patient, from {draws} draws, with a QALY worth "
        f"{threshold:.15g} {money}. Draws needed: for a standard error of a tenth; empty where the "
        f"value is not told from 0. {perfect.refusal}"
    ).strip()
    heads = ("value_of", "name", "unit", "value", "standard_error", "draws_needed")
    return Sheet(called, holds, [Column(head) for head in heads], rows)


def _times(people: float, row: Sequence[Cell], at: int) -> Iterator[Cell]:
    """Value and error of a row, times the patients of the decision: formulas."""
    for column in (VALUE, VALUE + 1):
        own = row[column]
        if isinstance(own, float):
            yield Formula(f"={address(column, at)}*{people!r}", own * people)
        else:
            yield None


def best_buy(
    curves: Curves, names: Sequence[str], money: str, called: str,
    evpi: Sequence[float | None] = (),
) -> Sheet:  # fmt: skip
    """The probability of each arm to be the best buy, and its expected loss, by worth of a QALY."""
    heads = [
        Column("a_qaly_worth", money), *(Column(f"best_{name}", "%") for name in names),
        *(Column(f"loss_{name}", money) for name in names), Column("highest_mean"),
        *([Column("EVPI", money)] if evpi else []),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [float(worth), *(100 * float(share) for share in curves.best[at]),
         *(float(loss) for loss in curves.loss[at]), names[int(curves.chosen[at])],
         *evpi[at : at + 1]]
        for at, worth in enumerate(curves.thresholds)
    ]  # fmt: skip
    holds = (
        "One row for each worth of a QALY: how probable it is that each arm is the best buy, and "
        "what is lost on average if it is chosen; the arm to choose has the highest mean."
    )
    return Sheet(called, holds, heads, rows)


def trials(own: Trials, money: str, called: str) -> Sheet:
    """What a trial would be worth, by its patients per arm; the ENBS and its parts are formulas."""
    heads = ["patients_per_arm", "value_per_patient", "standard_error"]
    rows: list[list[Cell]] = [[size, value.value, value.se] for size, value in own.values.items()]
    holds = f"One row for each size of a trial that tells {own.outcome} after {own.follow_up:g} y."
    if own.population is not None:
        heads += ["to_all_patients", "cost", "ENBS", "ENBS_standard_error"]
        for at, (row, trial) in enumerate(zip(rows, own.trials, strict=True)):
            row += _in_money(own, own.population, trial, at)
        holds += (
            f" To all {own.people:.4g} patients, discounted, who start after it; ENBS: this value "
            "less the cost of the trial."
        )
    return Sheet(called, holds, [Column(heads[0]), *(Column(h, money) for h in heads[1:])], rows)


def _in_money(own: Trials, population: Population, trial: Trial, at: int) -> Iterator[Cell]:
    """Value to all patients, cost, what is left and its error, as formulas."""
    size, value, error, gain, cost = (address(column, at) for column in range(5))
    a_size = own.arms * population.cost_per_patient
    yield Formula(f"={value}*{own.people!r}", trial.gain)
    yield Formula(f"={population.fixed_cost!r}+{a_size!r}*{size}", trial.cost)
    yield Formula(f"={gain}-{cost}", trial.enbs)
    yield Formula(f"={error}*{own.people!r}", trial.enbs_se)


def said(lines: Sequence[str], called: str) -> Sheet:
    """What stands above and below the printed tables, a row for each line."""
    rows: list[list[Cell]] = [[line.strip()] for line in lines if line.strip()]
    return Sheet(called, "What the numbers of the other sheets are.", [Column("about")], rows)
