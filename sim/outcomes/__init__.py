"""Logs to named outcomes: estimates with Monte Carlo error, by arm and as paired differences."""

from sim.outcomes.arm import ArmRecords, arm_records
from sim.outcomes.definitions.named import Outcome
from sim.outcomes.definitions.of_arm import outcomes_of
from sim.outcomes.definitions.published import pairs_of
from sim.outcomes.effect_sums import (
    BlockOfEffects,
    EffectSums,
    Mark,
    RunTotal,
    block_of_effects,
    no_effects,
)
from sim.outcomes.effect_table import effect_table
from sim.outcomes.labels import ArmKey
from sim.outcomes.plan import (
    AnalysisPlan,
    alive_in_every_arm,
    analysis_plan,
    facts_of,
    lines_of,
    records_by_arm,
)
from sim.outcomes.summary import against_paper, summarise
from sim.outcomes.sums import CELL, SumTable, compared, sum_table
from sim.outcomes.survival import Curves
from sim.outcomes.totals import MARK, Total, added

__all__ = [
    "CELL",
    "MARK",
    "AnalysisPlan",
    "ArmKey",
    "ArmRecords",
    "BlockOfEffects",
    "Curves",
    "EffectSums",
    "Mark",
    "Outcome",
    "RunTotal",
    "SumTable",
    "Total",
    "added",
    "against_paper",
    "alive_in_every_arm",
    "analysis_plan",
    "arm_records",
    "block_of_effects",
    "compared",
    "effect_table",
    "facts_of",
    "lines_of",
    "no_effects",
    "outcomes_of",
    "pairs_of",
    "records_by_arm",
    "sum_table",
    "summarise",
]
