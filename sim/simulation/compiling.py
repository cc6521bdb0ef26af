"""The loop of the batch engine, compiled by another process while this one does something else.

The other process has a folder of its own, which holds the compiled code in the end. This process
moves the code to the cache of the user. So a process that is stopped, however that happens, leaves
nothing in that cache, and everything that it made goes with its own folder.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sim.simulation import code_cache, compiled_loop

IsAtWork = Callable[[], bool]
"""Tells whether compiled code is still to be expected."""


@contextmanager
def in_another_process() -> Iterator[IsAtWork]:
    """Let another process compile the loop; the process is stopped at the end of the block.

    Yields
    ------
    callable
        Whether the compiler is still at work. When the answer is no, the loop is in the cache. It
        is not where the compiler failed, or where there is none: `compiled_loop.loop` then does
        what it always does. If a further process is compiling already, that one is waited for.
    """
    if importlib.util.find_spec("numba") is None or (folder := compiled_loop.folder()) is None:
        yield lambda: False
        return
    with code_cache.alone_or_not(folder) as is_alone:
        if not is_alone:
            yield lambda: code_cache.is_being_made(folder)
        elif code_cache.holds_code(folder):
            yield lambda: False
        else:
            with _made_for(folder) as is_at_work:
                yield is_at_work


@contextmanager
def _made_for(folder: str) -> Iterator[IsAtWork]:
    """Let another process compile for a folder; where none can be started, none is at work."""
    with ExitStack() as stack:
        try:
            made = stack.enter_context(code_cache.beside(folder))
            process = stack.enter_context(_process(made))
        except OSError:
            yield lambda: False
        else:
            yield lambda: process.poll() is None
            if process.poll() == 0:
                code_cache.take_over(made, folder)


@contextmanager
def _process(made: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that compiles into a folder; it is killed at the end."""
    package = str(Path(__file__).parents[2])
    paths = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, made],
        env={**os.environ, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,  # closed by the system when this process ends, however that happens
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _end_with_first_process(made: str) -> None:
    """End this process, and all that it made, when the one that started it has ended."""
    os.read(sys.stdin.fileno(), 1)  # a buffer that is being read would not let this process end
    shutil.rmtree(made, ignore_errors=True)
    os._exit(1)


def _main(made: str) -> None:
    """Compile into a folder."""
    threading.Thread(target=_end_with_first_process, args=[made], daemon=True).start()
    code_cache.keep(Path(made, code_cache.CODE), compiled_loop.in_bytes())


if __name__ == "__main__":
    _main(sys.argv[1])
