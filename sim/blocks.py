"""A block of patients: simulated in every arm of one or more scenarios, reduced, and dropped."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from sim import cohort, engine_batch, engine_simpy, evidence, outcomes, tables
from sim.outcomes.cells import Key
from sim.scenario import Mistake, ScenarioError, Study
from sim.scenario.units import read
from sim.schema import MARKERS, Inputs, Log, Names, OutOfDraws
from sim.tables import Tables

Engine = Literal["simpy", "batch"]

MOST_FRACTURES = 4096


class Work(NamedTuple):
    """What is to be done with every block.

    `against` names the arm that each arm is compared with; `with_tables` asks for the tables of
    the first scenario as well.
    """

    studies: Sequence[Study]
    engine: Engine
    against: Mapping[Key, Key]
    with_tables: bool


class Block(NamedTuple):
    """What is left of a block: its sums, and its tables where they were asked for."""

    patients: range
    tally: outcomes.Tally
    tables: Tables | None


def do(work: Work, patients: range) -> Block:
    """Simulate the patients of these numbers in every arm, and reduce them to sums."""
    people, kept = {}, None
    for place, study in enumerate(work.studies):
        arms = simulate(study, patients, work.engine)
        names = names_of(study)
        for arm, (inputs, log) in arms.items():
            people[place, arm] = outcomes.persons(inputs, log, names)
        if work.with_tables and place == 0:
            kept = tables.of_block(arms, names, patients.start)
    wanted = [wanted_of(study) for study in work.studies]
    return Block(patients, outcomes.tally(people, wanted, work.against), kept)


def simulate(
    study: Study, patients: range, engine: Engine, arms: Collection[str] | None = None
) -> dict[str, tuple[Inputs, Log]]:
    """Every arm of one block, or some; where fractures outrun the random numbers, again with more.

    Random numbers have addresses, so the second attempt repeats the first and goes on.
    """
    follow = {"simpy": engine_simpy.simulate, "batch": engine_batch.simulate}[engine]
    fractures = cohort.FRACTURES_PREPARED
    life_table = evidence.life_table(study.scenario.mortality.life_table)
    first, count = patients.start, len(patients)
    while True:
        lowered = cohort.lower(study.scenario, life_table, first, count, fractures)
        try:
            return {
                arm: (inputs, follow(inputs))
                for arm, inputs in lowered.items()
                if arms is None or arm in arms
            }
        except OutOfDraws:
            if fractures >= MOST_FRACTURES:
                message = (
                    f"a patient has more than {fractures} fractures at one site; lower the rates"
                )
                raise ScenarioError([Mistake("fractures", message)]) from None
            fractures *= 4


def names_of(study: Study) -> Names:
    """What the slots of a study's therapies and reactions are called."""
    return Names(tuple(study.scenario.therapies), cohort.reaction_names(study.scenario))


def wanted_of(study: Study) -> outcomes.Wanted:
    """What is wanted of a study: its outcomes, and the facts that it answers to."""
    scenario = study.scenario
    subgroups = {name: subgroup.conditions for name, subgroup in scenario.subgroups.items()}
    groups = {} if scenario.answers is None else study.publication(scenario.answers)["groups"]
    return outcomes.Wanted(round(scenario.horizon), subgroups, facts_of(study), groups)


def facts_of(study: Study) -> list[dict[str, Any]]:
    """The published facts that a study answers to, on groups that it has and can measure."""
    answers = study.scenario.answers
    if answers is None:
        return []
    paper = study.publication(answers)
    groups = paper.get("groups", {})
    known = {name for name, group in groups.items() if group["arm"] in study.scenario.arms}
    unmeasured = {*MARKERS} - {*study.scenario.cohort.markers}
    return [
        _timed(fact)
        for fact in paper["facts"]
        if fact.get("simulated", {}).get("group") in known
        and fact["simulated"].get("of") not in unmeasured
    ]


def _timed(fact: dict[str, Any]) -> dict[str, Any]:
    """A fact with the visit that it speaks of in days, as the shipped files say `6 months`."""
    at = fact["simulated"].get("at")
    if not isinstance(at, str):
        return fact
    return {**fact, "simulated": {**fact["simulated"], "at": read(at, "time, held in days")}}
