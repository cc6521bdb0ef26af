"""A block of patients: simulated in every arm of one or more scenarios, reduced, and dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sim import outcomes, results
from sim.outcomes.sums import Key
from sim.results import Tables
from sim.scenario import Study
from sim.simulation import lowering
from sim.simulation.lowering import Protocol
from sim.simulation.simulate import names_of, simulate_arms
from sim.vocabulary import MARKERS, Engine


@dataclass(frozen=True)
class Work:
    """What is to be done with every block.

    `against` names the arm that each arm is compared with; `with_tables` asks for the tables of
    the first scenario as well.
    """

    studies: Sequence[Study]
    engine: Engine
    against: Mapping[Key, Key]
    with_tables: bool

    @cached_property
    def protocols(self) -> list[Protocol]:
        """What all patients of each study share, computed once in a process."""
        return [lowering.protocol(study.scenario) for study in self.studies]

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process is handed the studies, and computes the protocols itself."""
        return Work, (self.studies, self.engine, self.against, self.with_tables)


class Block(NamedTuple):
    """What is left of a block: its sums, and its tables where they were asked for."""

    patients: range
    tally: outcomes.Tally
    tables: Tables | None


def do(work: Work, patients: range) -> Block:
    """Simulate the patients of these numbers in every arm, and reduce them to sums."""
    people, kept = {}, None
    for place, study in enumerate(work.studies):
        arms = simulate_arms(work.protocols[place], patients, work.engine)
        names = names_of(study)
        for arm, (inputs, log) in arms.items():
            people[place, arm] = outcomes.persons(inputs, log, names)
        if work.with_tables and place == 0:
            kept = results.of_block(arms, names, patients.start)
    wanted = [wanted_of(study) for study in work.studies]
    return Block(patients, outcomes.tally(people, wanted, work.against), kept)


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
        fact
        for fact in paper["facts"]
        if fact.get("simulated", {}).get("group") in known
        and fact["simulated"].get("of") not in unmeasured
    ]
