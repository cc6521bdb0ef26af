"""The analysis plan of a study: which outcomes, subgroups and published facts are computed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from sim.outcomes.arm import ArmRecords, arm_records
from sim.outcomes.definitions.named import Conditions, Outcome, members
from sim.outcomes.definitions.of_arm import outcomes_of
from sim.outcomes.definitions.published import NO_GROUPS, Groups, asked
from sim.outcomes.labels import ArmKey, Label, Line
from sim.scenario import Study
from sim.scenario.form.statistics import SUBGROUP, groups_of
from sim.simulation.columns import DRAWN_ANEW, Columns
from sim.simulation.records import Floats
from sim.simulation.simulate import names_of, protocol_of, read_arms
from sim.vocabulary import ALIVE, BONES, CLINICAL, EVERYONE, MARKERS, Engine

CHANGES_OF_BONE = {f"{bone} {what}" for bone in BONES for what in ("change", "annual increase")}
DEATHS = "deaths"


class AnalysisPlan(NamedTuple):
    """The outcomes that are computed for the arms of a study.

    Attributes
    ----------
    subgroups : mapping
        Conditions of each subgroup; everyone is always computed.
    facts, groups : sequence, mapping
        Published facts that the study answers to, and their groups of patients.
    outcomes : callable
        The outcomes of the records of an arm.
    """

    subgroups: Mapping[str, Conditions] = {}
    facts: Sequence[Mapping[str, Any]] = ()
    groups: Groups = NO_GROUPS
    outcomes: Callable[[ArmRecords], Iterable[Outcome]] = outcomes_of


def analysis_plan(study: Study) -> AnalysisPlan:
    """Return the plan of a run: every outcome, each subgroup, and the facts it answers to."""
    scenario = study.scenario
    subgroups = {name: subgroup.conditions for name, subgroup in scenario.subgroups.items()}
    return AnalysisPlan(subgroups, facts_of(study), groups_of_facts(study))


def groups_of_facts(study: Study) -> dict[str, dict[str, Any]]:
    """Return the groups of the publication that a study answers to and that it can have.

    A group names its arm, for courses `kept` or `stopped`, and as `subgroup` the conditions of a
    subgroup of the study.
    """
    scenario = study.scenario
    if scenario.answers is None:
        return {}
    groups = {}
    for name, group in study.publication(scenario.answers).get("groups", {}).items():
        subgroup = group.get(SUBGROUP)
        if group["arm"] in scenario.arms and (subgroup is None or subgroup in scenario.subgroups):
            groups[name] = {**group}
            if subgroup is not None:
                groups[name][SUBGROUP] = scenario.subgroups[subgroup].conditions
    return groups


def facts_of(study: Study) -> list[dict[str, Any]]:
    """List the published facts that a study answers to and can measure.

    Parameters
    ----------
    study
        A study; it answers to the publication that its scenario names, or to none.

    Returns
    -------
    list of dict
        The facts as in the file of the publication (`sim/evidence`), `at` in days. Facts about an
        arm or a subgroup that the study does not have, a marker that it does not measure, or
        clinical fractures whose share it does not have, are left out.
    """
    answers = study.scenario.answers
    if answers is None:
        return []
    paper, known = study.publication(answers), {*groups_of_facts(study)}
    unmeasured = {*MARKERS} - {*study.scenario.cohort.markers}
    if not study.scenario.fractures.has_clinical:
        unmeasured |= {*CLINICAL}
    return [
        fact
        for fact in paper["facts"]
        if "simulated" in fact
        and {*groups_of(fact["simulated"]["group"])} <= known
        and fact["simulated"].get("of") not in unmeasured
    ]


def lines_of(arm: ArmKey, records: ArmRecords, plan: AnalysisPlan) -> Iterator[Line]:
    """Compute every outcome of an arm in every subgroup, then the published facts about it."""
    outcomes = list(plan.outcomes(records))
    for subgroup, conditions in {EVERYONE: {}, **plan.subgroups}.items():
        inside = members(records, conditions).astype(float)
        for outcome in outcomes:
            yield line(arm, subgroup, outcome, inside)
    for fact, in_group in asked(records, arm[1], plan.facts, plan.groups):
        yield line(arm, None, fact, in_group.astype(float))


def alive_in_every_arm(lines: Iterable[Line]) -> Iterator[Line]:
    """Restrict the outcomes of bone density to patients who were measured in every arm.

    A mean over survivors compares other patients in each arm, where arms differ in deaths.

    Parameters
    ----------
    lines
        Outcomes of all arms of a study.

    Yields
    ------
    Line
        Each outcome of bone density after the others, as that of a subgroup. None where nobody can
        die, or for a single arm.
    """
    lines = [one for one in lines if one.label.subgroup == EVERYONE]
    arms = {one.label.arm for one in lines}
    if len(arms) == 1 or all(one.label.most == 0 for one in lines if one.label.name == DEATHS):
        return
    of_bone = [one for one in lines if one.label.name in CHANGES_OF_BONE]
    for one in of_bone:
        same = [o for o in of_bone if o.label[2:5] == one.label[2:5]]
        if len(same) == len(arms):
            alive = np.prod([other.x for other in same], axis=0)
            label = one.label._replace(subgroup=ALIVE)
            yield Line(label, alive, one.y * alive, one.x * alive)


def line(arm: ArmKey, subgroup: str | None, outcome: Outcome, inside: Floats) -> Line:
    """Restrict an outcome to the patients for whom `inside` is 1."""
    y, x = outcome.numerator, outcome.denominator
    if not inside.all():
        y, x = y * inside, x * inside
    return Line(Label(arm, subgroup, *outcome.measure), inside, y, x)


def records_by_arm(
    study: Study,
    patients: range,
    engine: Engine,
    arms: Collection[str] | None = None,
    columns: Columns = DRAWN_ANEW,
) -> dict[str, ArmRecords]:
    """Simulate some patients of a study and read their logs.

    Parameters
    ----------
    study
        The study.
    patients
        Numbers of the patients, from 0.
    engine
        `simpy` or `batch`; both give the same records.
    arms
        Names of the arms; all where it is None.
    columns
        Columns of random numbers; those drawn before may be kept there.

    Returns
    -------
    dict
        For each arm its records, in the order of the study.

    Raises
    ------
    ScenarioError
        Where the study cannot be simulated.

    Examples
    --------
    >>> from sim.scenario import load
    >>> records = records_by_arm(load("scenarios/laroche2011.yaml"), range(3), "simpy")
    >>> records["pamidronate"].counts("infusion", "pamidronate").shape
    (3,)
    """
    protocol, names = protocol_of(study), names_of(study)
    read = partial(arm_records, names=names)
    return read_arms(protocol, patients, engine, read, arms, columns)
