"""A block of patients: simulated in every arm of one or more studies, then reduced to sums."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from sim import outcomes, results
from sim.economics.groups import by_subgroup
from sim.economics.quantities import quantities
from sim.outcomes.definitions.named import members
from sim.outcomes.labels import Line
from sim.scenario import Study
from sim.simulation.columns import Columns
from sim.simulation.lowering import Protocol
from sim.simulation.records import Floats, Inputs, Log, Names
from sim.simulation.simulate import names_of, placing, protocol_of, read_arms
from sim.vocabulary import Engine


@dataclass(frozen=True)
class Work:
    """The studies that every block simulates, and the results that it keeps.

    Attributes
    ----------
    studies : sequence of Study
        Studies with the same patients.
    engine : Engine
        `simpy` or `batch`.
    contrasts : sequence of mapping
        Weights of the arms of each comparison.
    with_tables : bool
        Whether the tables of the first study are wanted as well.
    plan : AnalysisPlan
        The outcomes that are computed; those of a run of each study where it is None.
    with_effects : bool
        Whether the sums for effects of the first study are wanted as well.
    turns : threading.Semaphore
        Held by a thread that draws random numbers or reduces a block. Both are many short calls of
        numpy: threads at it hand the interpreter to and fro, which takes each a tenth longer.
    """

    studies: Sequence[Study]
    engine: Engine
    contrasts: Sequence[Mapping[outcomes.ArmKey, float]] = ()
    with_tables: bool = False
    plan: outcomes.AnalysisPlan | None = None
    with_effects: bool = False
    turns: threading.Semaphore = field(
        default_factory=threading.Semaphore, repr=False, compare=False
    )

    @cached_property
    def protocols(self) -> list[Protocol]:
        """Values that all patients of each study share, computed once per process."""
        return [protocol_of(study) for study in self.studies]

    @cached_property
    def columns(self) -> Columns:
        """The source of random numbers, drawn in turns and not kept."""
        return Columns(most_bytes=0, turns=self.turns)

    @property
    def together(self) -> int:
        """Patients who follow each other: those of a clinic, if a study has clinics, else 1."""
        return max(study.scenario.together for study in self.studies)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the studies alone: another process computes the protocols itself."""
        return Work, tuple(getattr(self, of.name) for of in fields(self) if of.name != "turns")


class Block(NamedTuple):
    """The sums of a block; its tables and the sums for effects where they were asked for.

    `quantities` are those of each patient, patients x arms x 2 x keys, of a study with economics;
    with subgroups as of `economics.groups.by_subgroup`.
    """

    patients: range
    sums: outcomes.SumTable
    tables: results.Tables | None
    effects: outcomes.BlockOfEffects | None
    quantities: Floats | None = None


def do(work: Work, patients: range) -> Block:
    """Simulate patients in every arm of every study, and reduce them to sums.

    Parameters
    ----------
    work : Work
        Studies, engine, and what is kept.
    patients : range
        Numbers of the patients.

    Returns
    -------
    Block
        Sums of every arm and difference; tables and sums for effects of the first study if wanted.
    """
    lines: list[Line] = []
    of_facts: list[tuple[str, str]] = []
    tables = effects = used = None
    for at, study in enumerate(work.studies):
        names, needs_logs = names_of(study), work.with_tables and at == 0
        plan = outcomes.analysis_plan(study) if work.plan is None else work.plan
        with placing(study):
            read = functools.partial(_read, names, needs_logs)
            arms = read_arms(work.protocols[at], patients, work.engine, read, columns=work.columns)
        records = {arm: of_arm for arm, (of_arm, _) in arms.items()}
        with work.turns:
            of_study = [*_lines_of(at, records, plan)]
        if work.with_effects and at == 0:
            effects = outcomes.block_of_effects(records, work.contrasts)
            used = quantities_of(records, study)
        lines += of_study
        of_facts += outcomes.pairs_of(plan.facts)
        if work.plan is None:
            lines += outcomes.alive_in_every_arm(of_study)
        if needs_logs:
            logs = {arm: log for arm, (_, log) in arms.items() if log is not None}
            tables = results.of_block(logs, names, patients.start)
    with work.turns:
        sums = outcomes.compared(lines, work.contrasts, of_facts, work.together)
    return Block(patients, sums, tables, effects, used)


def _read(
    names: Names, needs_log: bool, inputs: Inputs, log: Log
) -> tuple[outcomes.ArmRecords, tuple[Inputs, Log] | None]:
    """The records of an arm, with its log only where tables are made of the log."""
    return outcomes.arm_records(inputs, log, names), (inputs, log) if needs_log else None


def _lines_of(
    at: int, records: Mapping[str, outcomes.ArmRecords], plan: outcomes.AnalysisPlan
) -> Iterator[Line]:
    """The outcomes of every arm of the study at a place."""
    for arm, of_arm in records.items():
        yield from outcomes.lines_of((at, arm), of_arm, plan)


def quantities_of(records: Mapping[str, outcomes.ArmRecords], study: Study) -> Floats | None:
    """The quantities of economics in every arm; None for a study without economics."""
    if study.scenario.economics is None:
        return None
    own = np.stack([quantities(arm, study.scenario) for arm in records.values()], axis=1)
    subgroups, known = study.scenario.subgroups.values(), next(iter(records.values()))
    if not subgroups:
        return own
    return by_subgroup(own, [members(known, of.conditions).astype(float) for of in subgroups])
