"""The tables of the value of information: best buy, EVPI in words, EVPPI by parameter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.display.numbers import significant
from sim.display.tables import Printout, Sheet
from sim.economics.information.acceptability import Curves
from sim.economics.information.noise import Bracket
from sim.economics.information.partial import Value, draws_needed
from sim.economics.information.perfect import Perfect
from sim.economics.ratios import amount

NOTES = (
    "Patients' noise is taken out where it is more than a twentieth of the variance. The arm to",
    "choose is that of the highest mean net benefit.",
)
NOTHING = "No decision hangs on the uncertain numbers: the same arm is the best buy in every draw."


def printout(
    money: str, arms: Sequence[str], threshold: float, curves: Curves, perfect: Perfect,
    bracket: Bracket, parameters: Sequence[Value], draws: int,
    evpi: Sequence[float | None] = (), people: float | None = None,
) -> Printout:  # fmt: skip
    """Show who is the best buy, and what knowing more would be worth.

    Parameters
    ----------
    money
        The currency.
    arms
        Names of the arms.
    threshold
        Worth of a QALY at which information is valued.
    curves
        Probabilities and losses at the thresholds of the scenario.
    perfect, bracket, parameters
        EVPI, values that enclose it, and the EVPPI of parameters and groups.
    draws
        Number of draws.
    evpi
        The EVPI at each threshold of the scenario; None where noise dominates.
    people
        Patients whom the decision concerns, discounted; None where it was not said.
    """
    above = [*_perfect(money, threshold, perfect, bracket, draws)]
    if people is not None and perfect.value:
        above.append(
            f"To all {amount(people)} patients of the decision, discounted: "
            f"{amount(people * perfect.value)} {money}."
        )
    above.append("")
    sheets = [_best(money, arms, curves, evpi)]
    if parameters and perfect.value:
        sheets.append(_partial(money, parameters, draws, people))
    return Printout(tuple(sheets), perfect.warnings, tuple(above))


def _perfect(
    money: str, threshold: float, perfect: Perfect, bracket: Bracket, draws: int
) -> Iterator[str]:
    """The EVPI, the share of noise, and the bracket, a sentence each."""
    yield f"{draws} draws; a QALY worth {amount(threshold)} {money}."
    if perfect.value is None:
        yield perfect.refusal
    elif perfect.value == 0:
        yield NOTHING
    else:
        yield (
            f"Knowing every uncertain number (EVPI): {amount(perfect.value)} {money} per patient"
            f"{_error(perfect)}."
        )
    yield (
        f"Patients' noise: {100 * perfect.noise:.0f} % of the variance between draws; without a "
        f"correction the EVPI would be {amount(perfect.naive)} {money}."
    )
    yield (
        f"In expectation the EVPI lies between {amount(bracket.low)} (standard error "
        f"{amount(bracket.low_se)}) and {amount(bracket.high)} ({amount(bracket.high_se)}) {money}."
    )


def _error(perfect: Perfect) -> str:
    if perfect.corrected is None or perfect.value == perfect.naive:
        return ""
    return f", standard error {amount(perfect.corrected.se)}, patients' noise taken out"


def _best(money: str, arms: Sequence[str], curves: Curves, evpi: Sequence[float | None]) -> Sheet:
    """The probability of each arm to be the best buy, the arm of highest mean, and the EVPI."""
    rows = [
        (
            f"{amount(float(threshold))} {money}", "%",
            *(significant(100 * float(share), 3) for share in curves.best[at]),
            arms[int(curves.chosen[at])],
            *("noise dominates" if one is None else amount(one) for one in evpi[at : at + 1]),
        )
        for at, threshold in enumerate(curves.thresholds)
    ]  # fmt: skip
    heads = ("Probability to be the best buy, a QALY worth", "unit", *arms, "highest mean")
    heads += (f"EVPI, {money}",) if evpi else ()
    return Sheet(heads, rows, NOTES)


def _partial(money: str, parameters: Sequence[Value], draws: int, people: float | None) -> Sheet:
    """The value of knowing each parameter, with the draws that it would take to tell it."""
    rows = [
        (value.name, money, amount(value.value), amount(value.se),
         _needed(draws_needed(value.value, value.se, draws)),
         *([amount(people * value.value)] if people is not None else []))
        for value in parameters
    ]  # fmt: skip
    heads = ("Knowing one number or group (EVPPI)", "unit", "per patient", "standard error",
             "draws needed", *(["to all patients"] if people is not None else []))  # fmt: skip
    return Sheet(heads, rows)


def _needed(draws: int | None) -> str:
    return "not told from 0" if draws is None else f"{draws:,}"
