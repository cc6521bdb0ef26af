"""How much is measured: in full for the page, or a little of everything to see that it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of patients and of rounds; what is compared is measured once in every round."""

    textbook: int  # patients of the textbook program
    single: int  # patients of the SimPy engine and of the independent model
    block: int  # patients of the batch engine
    horizons: tuple[int, ...]  # years
    visits: tuple[int, ...]  # months between visits
    arms: tuple[int, ...]  # numbers of arms
    whole: tuple[tuple[int, int, int], ...]  # patients, workers and rounds of whole runs
    sweep: tuple[int, int, int, int]  # few and many draws, patients, draws of the SimPy engine
    kept: tuple[tuple[int, int, int], ...]  # patients, draws and rounds of sweeps in turns
    cluster: tuple[int, int]  # draws and patients of a sweep on a cluster
    information: int  # draws of the value of information
    worth: int  # patients whose quantities are reduced
    clinic: int  # patients of each of two clinics
    few_rounds: int
    rounds: int
    memory: tuple[int, ...]  # patients of runs from the command line
    forecasts: int  # rounds of the forecasts of all commands
    compiles: bool  # whether to begin once with an empty cache


FULL = Sizes(
    textbook=200,
    single=50,
    block=8192,
    horizons=(5, 10, 20, 40),
    visits=(12, 6, 3, 1),
    arms=(1, 2, 4, 8),
    whole=(
        (1, 1, 5),
        (1_000, 1, 5),
        (10_000, 1, 3),
        (100_000, 1, 3),
        (200_000, 2, 5),
        (1_000_000, 1, 1),
        (1_000_000, 2, 2),
    ),
    sweep=(100, 1_000, 1_000, 2),
    kept=((200, 200, 3), (1_000, 100, 3), (20_000, 5, 1)),
    cluster=(20, 10_000),
    information=10_000,
    worth=100_000,
    clinic=400,
    few_rounds=5,
    rounds=5,
    memory=(1, 100_000, 1_000_000, 10_000_000),
    forecasts=1,
    compiles=True,
)
QUICK = Sizes(
    textbook=3,
    single=3,
    block=64,
    horizons=(1, 2),
    visits=(12, 6),
    arms=(1, 2),
    whole=((50, 1, 2), (100, 1, 1), (100, 2, 1)),
    sweep=(2, 4, 20, 1),
    kept=((20, 2, 1), (40, 2, 1)),
    cluster=(1, 100),
    information=300,
    worth=300,
    clinic=20,
    few_rounds=1,
    rounds=2,
    memory=(1, 20, 40),
    forecasts=1,
    compiles=False,
)
