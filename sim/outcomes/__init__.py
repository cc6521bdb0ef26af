"""Logs to named outcomes: estimates with Monte Carlo error, by arm and as paired differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.late import names_of

if TYPE_CHECKING:
    from sim.outcomes.arm import ArmRecords as ArmRecords
    from sim.outcomes.arm import arm_records as arm_records
    from sim.outcomes.definitions.named import Outcome as Outcome
    from sim.outcomes.definitions.of_arm import outcomes_of as outcomes_of
    from sim.outcomes.definitions.published import pairs_of as pairs_of
    from sim.outcomes.effect_sums import BlockOfEffects as BlockOfEffects
    from sim.outcomes.effect_sums import EffectSums as EffectSums
    from sim.outcomes.effect_sums import Mark as Mark
    from sim.outcomes.effect_sums import RunTotal as RunTotal
    from sim.outcomes.effect_sums import block_of_effects as block_of_effects
    from sim.outcomes.effect_sums import no_effects as no_effects
    from sim.outcomes.labels import ArmKey as ArmKey
    from sim.outcomes.plan import AnalysisPlan as AnalysisPlan
    from sim.outcomes.plan import alive_in_every_arm as alive_in_every_arm
    from sim.outcomes.plan import analysis_plan as analysis_plan
    from sim.outcomes.plan import facts_of as facts_of
    from sim.outcomes.plan import lines_of as lines_of
    from sim.outcomes.plan import records_by_arm as records_by_arm
    from sim.outcomes.summary import against_paper as against_paper
    from sim.outcomes.summary import summarise as summarise
    from sim.outcomes.sums import CELL as CELL
    from sim.outcomes.sums import SumTable as SumTable
    from sim.outcomes.sums import compared as compared
    from sim.outcomes.sums import sum_table as sum_table
    from sim.outcomes.survival import Curves as Curves
    from sim.outcomes.totals import MARK as MARK
    from sim.outcomes.totals import Total as Total
    from sim.outcomes.totals import added as added

__getattr__, __dir__ = names_of(
    __name__,
    {
        "sim.outcomes.arm": ("ArmRecords", "arm_records"),
        "sim.outcomes.definitions.named": ("Outcome",),
        "sim.outcomes.definitions.of_arm": ("outcomes_of",),
        "sim.outcomes.definitions.published": ("pairs_of",),
        "sim.outcomes.effect_sums": (
            "BlockOfEffects",
            "EffectSums",
            "Mark",
            "RunTotal",
            "block_of_effects",
            "no_effects",
        ),
        "sim.outcomes.labels": ("ArmKey",),
        "sim.outcomes.plan": (
            "AnalysisPlan",
            "alive_in_every_arm",
            "analysis_plan",
            "facts_of",
            "lines_of",
            "records_by_arm",
        ),
        "sim.outcomes.summary": ("against_paper", "summarise"),
        "sim.outcomes.sums": ("CELL", "SumTable", "compared", "sum_table"),
        "sim.outcomes.survival": ("Curves",),
        "sim.outcomes.totals": ("MARK", "Total", "added"),
    },
)
