"""What other processes and drawing would take, saved where a test is of something else."""

import contextlib
import io
import pickle
import subprocess
import sys
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from sim import cores

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def mastosim():
    """Run the command line in this process: what it prints, on both channels, and its code."""
    from sim.cli.main import main

    def run(*words, cwd=ROOT):
        told, said, code = io.StringIO(), io.StringIO(), 0
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(told),
            contextlib.redirect_stderr(said),
        ):
            patch.chdir(cwd)
            patch.setattr(sys, "argv", ["mastosim", *map(str, words)])
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
        return subprocess.CompletedProcess(words, code, told.getvalue(), said.getvalue())

    return run


@pytest.fixture(scope="session")
def typed(mastosim):
    """Run a line of a page in a folder, its words as the shell reads them: quotes, stars, remarks."""

    def run(line, folder):
        words = f'mastosim() {{ printf "%s\\0" "$@"; }}\n{line}'
        read = subprocess.run(
            ["sh", "-ec", words], cwd=folder, capture_output=True, text=True, check=True
        )
        return mastosim(*read.stdout.split("\0")[:-1], cwd=folder)

    return run


class Handed(Executor):
    """Does work as another process would, pickled on the way there and back, but at once."""

    def submit(self, do, /, *pieces, **options):
        done: Future = Future()
        try:
            do, pieces = pickle.loads(pickle.dumps((do, pieces)))
            done.set_result(pickle.loads(pickle.dumps(do(*pieces, **options))))
        except Exception as error:
            done.set_exception(error)
        return done


@pytest.fixture
def workers_here(monkeypatch):
    """Workers take no seconds to start: test_cores has real ones."""
    monkeypatch.setattr(cores, "_processes", lambda workers: Handed())


@pytest.fixture
def no_pictures(monkeypatch):
    """Figures are made and their numbers written, and nothing is drawn: test_plots draws."""
    from matplotlib.figure import Figure

    monkeypatch.setattr(Figure, "savefig", lambda figure, path, **_: Path(path).write_bytes(b""))
