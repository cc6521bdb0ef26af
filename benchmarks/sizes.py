"""How much is measured: in full for `RESULTS.md`, or a little of everything to see that it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of patients and of rounds; what is compared is measured once in every round."""

    shared: int  # patients of the baseline in one environment
    single: int  # patients of the engines that follow one patient at a time
    block: int  # patients of the batch engine
    cohorts: tuple[int, ...]
    horizons: tuple[int, ...]  # years
    memory: tuple[int, ...]  # patients of each child process
    few_rounds: int
    rounds: int
    compiles: bool  # whether to begin once with an empty cache


FULL = Sizes(
    shared=300,
    single=100,
    block=8192,
    cohorts=(1_000, 10_000, 100_000),
    horizons=(5, 10, 20, 40),
    memory=(1, 10_000, 100_000),
    few_rounds=5,
    rounds=9,
    compiles=True,
)
QUICK = Sizes(
    shared=3,
    single=3,
    block=64,
    cohorts=(50, 100),
    horizons=(1, 2),
    memory=(1,),
    few_rounds=1,
    rounds=2,
    compiles=False,
)
