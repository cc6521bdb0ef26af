"""Costs and health of a run with economics, and the value of information of sweeps beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from sim.display.numbers import significant
from sim.display.tables.information import NOTHING
from sim.display.tables.verdicts import of_net_benefit
from sim.display.tables.worth import terms
from sim.economics.pricing import UNDISCOUNTED
from sim.economics.ratios import amount
from sim.economics.valued import SUBGROUP, of_everyone
from sim.experiments.information import information
from sim.experiments.worth import worth
from sim.reports.page.contents import Contents
from sim.reports.page.pictures import pictures
from sim.reports.page.sections import Section
from sim.reports.page.values import limits, value
from sim.results import Kept, draws
from sim.vocabulary import EVERYONE, Arms, arms_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.economics.incremental import Standing
    from sim.economics.information.noise import Bracket
    from sim.economics.information.perfect import Perfect

NET = "net benefit at "
OF_A_SWEEP = ("acceptability", "evppi")
"""The figures of a sweep in this section."""


class Line(NamedTuple):
    """An outcome with its unit, and its row in each column, by arm and difference."""

    label: str
    unit: str
    cells: Mapping[Arms, Mapping[Any, Any]]


def section(contents: Contents) -> Section | None:
    """What the run is worth, then what it would be worth to know more; None without costs."""
    sweeps, has_worth = _sweeps(contents), contents.has_worth
    if not has_worth and not sweeps:
        return None
    facts = {
        "run": _of_run(contents.kept, contents.tick) if has_worth else None,
        "sweeps": [
            _of_sweep(one, number, contents.tick) | {"differs": contents.differs(one)}
            for number, one in enumerate(sweeps, 1)
        ],
    }
    return Section("worth", "Costs and health", "Costs and health", "worth.html", facts)


def count(contents: Contents) -> int:
    """How many drawings the section makes: two of each figure."""
    return 2 * (contents.has_worth + len(OF_A_SWEEP) * len(_sweeps(contents)))


def _sweeps(contents: Contents) -> list[Kept]:
    """The sweeps that can say what knowing more is worth."""
    return [one for one in contents.of_kind("sweep") if not draws.why_not(one)]


def _of_run(kept: Kept, tick: Callable[[], None]) -> dict[str, Any]:
    """Net benefit, verdicts and prices, then costs and health."""
    valued = worth(kept)
    table = of_everyone(valued.table)
    net, *others = _groups(table)
    return {
        "terms": [*terms(kept.study.scenario)],
        "columns": arms_of(table),
        "net": net,
        "others": others,
        "compared": valued.compared,
        "verdicts": [[*of_net_benefit(table, [one])] for one in valued.compared],
        "standings": [*_standings(valued.standings)],
        "subgroups": [*_subgroups(valued.table)],
        "prices": [
            (one.quantity, Arms(*one.arms).label("−"), value(one.price),
             value(one.threshold, amount(one.threshold)), _break_even(one.break_even))
            for one in valued.prices
        ],
        "money": kept.study.scenario.economics.currency,  # type: ignore[union-attr]
        "patients": kept.study.scenario.cohort.patients,
        "pictures": [*pictures(kept, ["costs"], "worth", tick)],
    }  # fmt: skip


def _standings(found: Sequence[Standing]) -> Iterator[tuple[str | Markup, ...]]:
    """All arms by cost, where there are more than two."""
    for one in found if len(found) > 2 else ():
        over = Markup("") if one.icer is None else Markup("{} over {}").format(
            value(one.icer, amount(one.icer)), one.against
        )  # fmt: skip
        cost, effect = value(one.cost, amount(one.cost)), significant(one.effect, 4)
        yield one.arm, one.status, cost, value(one.effect, effect), over


def _subgroups(table: pd.DataFrame) -> Iterator[tuple[str, list[Line]]]:
    """Costs, QALYs and net benefit of the members of each subgroup, discounted."""
    if SUBGROUP not in table:
        return
    is_shown = ~table["outcome"].str.endswith(UNDISCOUNTED) & (table[SUBGROUP] != EVERYONE)
    for name, rows in table[is_shown].groupby(SUBGROUP, sort=False):
        yield str(name), _lines(rows)


def _break_even(price: float) -> Markup:
    return value(price, amount(price)) if price >= 0 else Markup("none from 0 up")


def _groups(table: pd.DataFrame) -> Iterator[tuple[str, list[Line]]]:
    """Net benefit, then costs and health with and without discounting: heading and lines."""
    is_net, is_plain = (
        table["outcome"].str.startswith(NET), table["outcome"].str.endswith(UNDISCOUNTED),
    )  # fmt: skip
    yield "Net benefit, a QALY worth", _lines(table[is_net], NET)
    yield "Costs and health, discounted", _lines(table[~is_net & ~is_plain])
    yield "Costs and health, undiscounted", _lines(table[is_plain])


def _lines(rows: pd.DataFrame, before: str = "") -> list[Line]:
    by_outcome = rows.groupby("outcome", sort=False)
    return [
        Line(
            str(name).removeprefix(before).removesuffix(UNDISCOUNTED), of_one["unit"].iloc[0],
            {Arms(row["arm"], row["against_arm"]): row for row in of_one.to_dict("records")},
        )
        for name, of_one in by_outcome
    ]  # fmt: skip


def _of_sweep(kept: Kept, number: int, tick: Callable[[], None]) -> dict[str, Any]:
    """What it would be worth to know the numbers of a sweep, with the share of patients' noise."""
    known = information(kept)
    economics = kept.study.scenario.economics
    assert economics is not None
    money, names = economics.currency, kept.table("parameters").set_index("parameter")["name"]
    return {
        "title": kept.manifest.headed["title"],
        "folder": kept.folder.name,
        "sentences": [*_sentences(known.perfect, known.bracket, money)],
        "draws": value(known.draws),
        "threshold": value(known.threshold, amount(known.threshold)),
        "money": money,
        "parameters": [
            (names.get(one.name, one.name), value(one.value, amount(one.value)),
             value(one.se, amount(one.se)))
            for one in known.parameters if known.perfect.value
        ],
        "pictures": [*pictures(kept, OF_A_SWEEP, f"worth{number}", tick)],
    }  # fmt: skip


def _sentences(perfect: Perfect, bracket: Bracket, money: str) -> Iterator[Markup]:
    """The EVPI or why there is none, the share of noise, and the values that enclose the EVPI."""
    if perfect.value is None:
        yield Markup("{}").format(perfect.refusal)
    elif perfect.value == 0:
        yield Markup("{}").format(NOTHING)
    else:
        words = "Knowing every uncertain number (EVPI): <b>{} {}</b> per patient."
        yield Markup(words).format(_money(perfect.value), money)
    yield Markup(
        "Patients' noise: {}\u00a0% of the variance between draws; without a correction the EVPI "
        "would be {} {}."
    ).format(value(100 * perfect.noise, f"{100 * perfect.noise:.0f}"), _money(perfect.naive), money)
    if bracket.high > 0:
        yield Markup("In expectation the EVPI lies within {} {}.").format(
            limits(bracket.low, bracket.high), money
        )


def _money(worth: float) -> Markup:
    return value(worth, amount(worth))
