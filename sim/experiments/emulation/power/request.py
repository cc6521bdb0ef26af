"""What is asked of a power analysis, as a plan of trials, or why it is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from pydantic_core import PydanticCustomError

from sim.errors import RequestError
from sim.experiments.clinics import refuse_clinics
from sim.experiments.emulation.design import refuse_too_many
from sim.experiments.emulation.power.log_rank import event_of
from sim.experiments.emulation.power.plan import Plan
from sim.experiments.emulation.power.significance import allowed_tests
from sim.outcomes import ArmRecords, Outcome, outcomes_of
from sim.outcomes.definitions.named import at_last_day
from sim.scenario import ScenarioLike, Study, load
from sim.scenario.form.quantity import Quantity
from sim.scenario.form.units import SHARE
from sim.scenario.mistakes import nearest
from sim.vocabulary import TESTS, Test

SIZES = (10, 20, 50, 100)
OUTCOME = "spine annual increase"
TRIALS = 2000
TRIED = 64
"""Patients who are followed in every arm before the trials, to see what can be compared."""

LOST_YEARLY = Quantity("share lost", SHARE, "10 %", 0, 0.99)
LOST = Quantity("loss", "hazard, held per year", "0.1 per year", 0, 100)


def prepare(
    scenario: ScenarioLike,
    outcome: str = OUTCOME,
    sizes: Sequence[int] = SIZES,
    trials: int = TRIALS,
    seed: int | None = None,
    settings: Iterable[str] = (),
    test: str | None = None,
    allocation: str | None = None,
    loss: str | None = None,
) -> Plan:
    """Prepare trials with random allocation to the arms of a scenario.

    Parameters
    ----------
    scenario : path
        Scenario file with two arms or more.
    outcome : str
        Outcome that the trials compare.
    sizes : sequence of int
        Patients per arm, 2 or more; in the smallest arm where arms are unequal.
    trials : int
        Number of simulated trials of each size.
    seed : int, optional
        Seed of the random numbers; that of the file by default.
    settings : iterable of str
        `path=value` texts that change the scenario, as of `--set`.
    test : str, optional
        `welch`, `fisher`, `robust` or `log-rank`. By default Welch for means and doses, Fisher for
        shares, and the robust test for rates.
    allocation : str, optional
        Shares of the arms in the order of the scenario, such as `2:1`; equal by default.
    loss : str, optional
        Loss to follow-up: the share lost in each year, such as `10 %/year`, or a hazard, such as
        `0.1 per year`; none by default. A lost patient counts until then.

    Returns
    -------
    Plan
        The study with the patients of all trials, and how they are allocated, lost and tested.

    Raises
    ------
    ScenarioError
        If the scenario is not valid.
    RequestError
        If the scenario has one arm, there is no trial, no size or a size below 2, the arms do not
        share the outcome, the outcome cannot occur or is never measured, a test, an allocation or
        a loss is not allowed, or the trials have more patients than a study may have.
    """
    study = load(scenario, settings, seed=seed)
    refuse_clinics([study], "a calculation of power allocates patients one by one")
    arms = len(study.scenario.arms)
    _refuse_no_trial(arms, sizes, trials)
    shares = (1,) * arms if allocation is None else _allocation(allocation, study, sizes)
    if loss is not None and study.scenario.loss is not None:
        own = "the scenario has a loss to follow-up of its own; leave out --loss, or change it by"
        raise RequestError(f"{own} --set loss='{loss}'")
    plan = Plan(study, outcome, tuple(sizes), trials, "welch", shares, _loss(loss))
    refuse_too_many(trials, plan.per_trial)
    enrolled = study.with_(patients=trials * plan.per_trial)
    return plan._replace(study=enrolled, test=_test(test, plan))


def _refuse_no_trial(arms: int, sizes: Sequence[int], trials: int) -> None:
    """Refuse numbers of arms, patients or trials that make no trial."""
    if arms < 2:
        raise RequestError("a trial allocates between two arms or more, and the scenario has one")
    if not sizes:
        raise RequestError("no number of patients per arm is given; allowed: one number or more")
    if min(sizes) < 2:
        raise RequestError(
            f"{min(sizes)} patient per arm gives no standard error; allowed: 2 or more"
        )
    if trials < 1:
        raise RequestError(f"{trials} trials have no power; allowed: 1 trial or more")


def _allocation(text: str, study: Study, sizes: Iterable[int]) -> tuple[int, ...]:
    """The shares of the arms, such as 2 and 1, of which every size makes whole patients."""
    arms, parts = study.scenario.arms, text.split(":")
    whole = all(re.fullmatch("[1-9][0-9]{0,3}", part.strip(), re.ASCII) for part in parts)
    if not whole or len(parts) != len(arms):
        example = ":".join(["2", *["1"] * (len(arms) - 1)])
        raise RequestError(
            f"'{text}' is not an allocation to the {len(arms)} arms {', '.join(arms)}; allowed: a "
            f"whole number from 1 to 9999 for each arm in this order, like {example}"
        )
    shares = tuple(int(part) // math.gcd(*map(int, parts)) for part in parts)
    for size in sizes:
        if any(size * share % min(shares) for share in shares):
            raise RequestError(
                f"an allocation of {text} with {size} patients in the smallest arm leaves parts of "
                f"patients in another arm; allowed sizes: multiples of {min(shares)}"
            )
    return shares


def _loss(text: str | None) -> float:
    """The hazard of loss to follow-up, per year."""
    if text is None:
        return 0.0
    yearly = re.fullmatch(r"(.*%)\s*(?:/|per)\s*year", text.strip())
    try:
        return -math.log1p(-_number(LOST_YEARLY, yearly[1])) if yearly else _number(LOST, text)
    except PydanticCustomError as error:
        raise RequestError(
            f"loss to follow-up: {error.message()}; a loss is a share of patients like "
            "'10 %/year', or a hazard like '0.1 per year'"
        ) from None


def _number(quantity: Quantity, text: str) -> float:
    value = quantity.read(text)
    assert isinstance(value, float)
    return value


def _test(name: str | None, plan: Plan) -> Test:
    """The test of an outcome. RequestError for one that does not suit the outcome."""
    outcomes = _outcomes(plan)
    _refuse_unknowable(outcomes)
    measure = max(outcomes.values(), key=lambda outcome: outcome.most).measure
    allowed = allowed_tests(measure, event_of(plan.outcome) is not None)
    if name is None:
        return allowed[0]
    for test in allowed:
        if test == name:
            return test
    choice = ", ".join(f"{test} ({TESTS[test]})" for test in allowed)
    raise RequestError(f"'{name}' is not a test of '{plan.outcome}'; allowed: {choice}")


def _outcomes(plan: Plan) -> dict[str, Outcome]:
    """The outcome of each arm, the comparator first, of a few patients."""
    tried = plan.followed(range(TRIED))
    by_arm = {arm: _by_name(tried[arm]) for arm in plan.arms}
    shared = [name for name in by_arm[plan.arms[0]] if all(name in of for of in by_arm.values())]
    if plan.outcome not in shared:
        raise RequestError(
            f"'{plan.outcome}' is not an outcome of every arm; {nearest(plan.outcome, shared)}"
        )
    return {arm: of[plan.outcome] for arm, of in by_arm.items()}


def _by_name(records: ArmRecords) -> dict[str, Outcome]:
    return {outcome.name: outcome for outcome in at_last_day(outcomes_of(records))}


def _refuse_unknowable(outcomes: Mapping[str, Outcome]) -> None:
    """Refuse an outcome that is 0 in an arm and its comparator, or that an arm never has."""
    (comparator, first), *others = outcomes.items()
    for arm, outcome in others:
        if first.most == outcome.most == 0:
            raise RequestError(
                f"'{first.name}' cannot occur in {arm} or in {comparator}, so no trial can show a "
                "difference"
            )
    for arm, outcome in outcomes.items():
        if not outcome.denominator.any():
            raise RequestError(
                f"'{outcome.name}' was measured in none of {TRIED} patients of {arm}, so no trial "
                "can show a difference"
            )
