"""Pieces of work for other processes, in a module that imports little: each worker loads it."""

import os
import signal
import time
from pathlib import Path


def slower_first(piece: int) -> int:
    time.sleep(0.2 if piece == 0 else 0)
    return piece**2


def killed_once(mark: Path, piece: int) -> int:
    """Dies in the middle of the third piece, as if the system had taken its memory back."""
    if piece == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(30)
    return piece**2


def killed_always(piece: int) -> int:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(30)
    return piece


def too_many_fractures(piece: int) -> int:
    from sim.scenario import Mistake, ScenarioError

    raise ScenarioError([Mistake("fractures", f"lower the rates {piece}")])
