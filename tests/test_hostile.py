"""Files made to hurt: refused in bounded time and memory, and without a traceback."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from sim.scenario import ScenarioError, load

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits as Linux has them")

ROOT = Path(__file__).parents[1]
BASE = "laroche2011.yaml"
MEGABYTE = 1_000_000
HANG, MOST_ADDRESSES, MOST_MEMORY = 60, 700 * MEGABYTE, 200 * MEGABYTE
"""Guards against hangs and floods: seconds for a whole process, bytes that it asks for and uses."""

MANY = 4900  # values, just under what a file may hold

DOCUMENTS = {
    "deep lists": "title: " + "[" * 20_000,
    "deep mappings": "title: " + "{a: " * 20_000,
    "deep closed lists": "title: " + "[" * 20_000 + "]" * 20_000,
    "deep dashes": "- " * 20_000,
    "deep questions": "? " * 20_000,
    "deep by indentation": "".join(f"{' ' * i}a:\n" for i in range(400)),
    "billion laughs": "a0: &a0 [x]\n"
    + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 30)),
    "a long key": "k" * 200_000 + ": 1",
    "a long quoted key": '? "' + "k" * 200_000 + '"\n: 1',
    "a million short keys": "\n".join(f"{i:x}: 1" for i in range(1_000_000)),
    "many short keys": "\n".join(f"{i:x}: 1" for i in range(40_000)),
    "many keys allowed": "\n".join(f"k{i}: 1" for i in range(MANY // 2)),
    "many keys of a flow": "cohort: {" + ", ".join(f"k{i}: 1" for i in range(MANY // 2)) + "}",
    "one key many times": "a: 1\n" * (MANY // 2),
    "many arms": "arms:\n" + "".join(f"  a{i}: [x{i}]\n" for i in range(MANY // 3)),
    "many therapies": "therapies:\n" + "".join(f"  t{i}: x\n" for i in range(500))
    + "effects:\n" + "".join(f"  t{i} + u{i}: x\n" for i in range(500)),
    "many regimens": "effects:\n" + "".join(f"  {i}+x: {{}}\n" for i in range(MANY // 2)),
    "many correlations": "cohort: {correlations: {"
    + ", ".join(f"a{i} ~ b{i}: 0.5" for i in range(MANY // 2)) + "}}",
    "many sources": "horizon: {value: 1, source: [" + ", ".join(["laroche"] * 1000) + "]}",
    "an exponent": "horizon: 1e400 days\nseed: 1e400\nfractures: {base_rate: 1e308 per month}",
    "many digits": f"seed: {'9' * 100_000}\nhorizon: {'9' * 100_000} days",
    "an index of many digits": "arms: {a: ['" + "9" * 100_000 + "']}",
    "digits for the quantity pattern": "horizon: " + "1" * 100_000 + ",",
    "digits and spaces": "horizon: '1" + " " * 100_000 + ",x'",
    "percent signs": "cohort: {female: " + "1" * 50_000 + " %" * 50_000 + "}",
    "spaces before a line end": 'horizon: "1' + " " * 50_000 + '\\n,x"',
    "of of of": "cohort: {female: '1 " + "of " * 50_000 + "'}",
    "slashes": "cohort: {female: '1" + " / " * 50_000 + "'}",
    "tildes": "cohort: {correlations: {'" + "~" * 100_000 + "': 1}}",
    "pluses": "effects: {'" + "+" * 100_000 + "': {}}",
    "a name": "name: " + "a" * 100_000 + "!",
    "visits": "visits: {dxa: [" + ", ".join(["every 1 day"] * 4000) + "]}\nhorizon: 100 years",
    "phases": "therapies: {pamidronate: {schedule: ["
    + ", ".join(["{every: 1 day, for: 1 day}"] * (MANY // 3)) + "]}}",
    "infinitely many infusions": "therapies: {pamidronate: {schedule: [{every: 1e-300 days}]}}",
    "a comment": "#" * 250_000,
    "words": "title: " + "x " * 50_000,
    "empty lines": "\n" * 100_000,
    "documents": "---\n" * 20_000,
    "directives": "%YAML 1.1\n" * 10_000 + "---\na: 1",
    "tags": "a: " + "!x " * 50_000,
    "a folded text": "title: >\n" + " x\n" * 30_000,
    "escapes": 'title: "' + "\\x1b[31m" * 30_000 + '"',
    "binary": None,
}  # fmt: skip

# Few of them are wrong in the end; the others only have to be quick.
VALID = {"a comment", "words", "empty lines", "a folded text"}

FORTIETH = "{course: 1 mg, times_per_week: 1, action_1: {course: 1 mg, times_per_week: 1}}"
FORTY_THERAPIES = (
    "therapies: {" + ", ".join(f"t{i}: {FORTIETH}" for i in range(40)) + "}\n"
    "arms: {a: [" + ", ".join(f"t{i}" for i in range(40)) + "]}"
)

# Loads each document and says what became of it, under a limit of the address space.
CHILD = """
    import json, resource, sys
    from pathlib import Path
    from sim.scenario import ScenarioError, load

    def peak_memory():
        # not ru_maxrss, which begins with that of the process that started this one
        status = Path("/proc/self/status")
        if not status.exists():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
    for path in sorted(Path(sys.argv[1]).glob("hostile *.yaml")):
        try:
            load(path)
            told = "valid"
        except ScenarioError as error:
            told = str(error)
        except BaseException as error:
            told = f"BROKEN {error!r}"[:300]
        shown = path.stem.removeprefix("hostile ")
        print(json.dumps([shown, told, peak_memory()]), flush=True)
"""


def child(code, *words):
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=HANG)


def wrote(folder, documents):
    """Each document as a what-if beside the base case."""
    (folder / BASE).write_bytes((ROOT / "scenarios" / BASE).read_bytes())
    for name, text in documents.items():
        path = folder / f"hostile {name}.yaml"
        if text is None:
            path.write_bytes(random.Random(1).randbytes(200_000))
        else:
            path.write_text(f"extends: {BASE}\n{text}\n", encoding="utf-8")
    return folder


def answers(folder):
    done = child(CHILD, folder, MOST_ADDRESSES)
    assert done.returncode == 0, done.stderr
    return {name: (told, peak) for name, told, peak in map(json.loads, done.stdout.splitlines())}


@pytest.fixture(scope="module")
def loaded(request, tmp_path_factory):
    """What became of the documents that are asked for, one in five by default."""
    cases = [getattr(item, "callspec", None) for item in request.session.items]
    asked = {case.params.get("name") for case in cases if case is not None}
    documents = {name: text for name, text in DOCUMENTS.items() if name in asked}
    return answers(wrote(tmp_path_factory.mktemp("hostile"), documents))


@pytest.mark.share(5)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_hostile_document_is_read_or_refused_in_bounded_time_and_memory(loaded, name):
    told, peak = loaded[name]
    assert (told == "valid") == (name in VALID), told[:300]
    assert not told.startswith("BROKEN"), told
    assert len(told) < 60_000
    assert peak < MOST_MEMORY


def test_an_arm_with_forty_therapies_is_refused(tmp_path):
    told, _ = answers(wrote(tmp_path, {"forty": FORTY_THERAPIES}))["forty"]
    assert "42 therapies; allowed: up to 4" in told


# --- what is no file --------------------------------------------------------------------------


def check(path, **options):
    command = [sys.executable, "-m", "sim.cli", "check", str(path)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=HANG, **options
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.fixture
def alarm():
    """Interrupts a test that waits for ever."""

    def ring(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(HANG)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def test_a_named_pipe_is_refused_and_does_not_wait_for_a_writer(tmp_path, mastosim, alarm):
    os.mkfifo(tmp_path / "pipe.yaml")
    done = mastosim("check", tmp_path / "pipe.yaml")
    assert (done.returncode, "a pipe or a device" in done.stderr) == (3, True)
    (tmp_path / "case.yaml").write_text("extends: pipe.yaml\n")
    done = mastosim("check", tmp_path / "case.yaml")
    assert done.returncode == 3
    assert "no file 'pipe.yaml' here: this is a pipe or a device" in done.stderr


@pytest.mark.validation
def test_devices_and_sockets_are_refused(tmp_path):
    assert check("/dev/zero")[0] == 3
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(tmp_path / "s"))
        code, told = check(tmp_path / "s")
    assert (code, "a pipe or a device" in told) == (3, True)


@pytest.mark.validation
def test_a_file_of_100_megabytes_is_refused_unread(tmp_path):
    with (tmp_path / "large.yaml").open("wb") as file:
        file.truncate(104 * MEGABYTE)
    code, told = check(tmp_path / "large.yaml")
    assert code == 3
    assert "over 104 MB, too large for a scenario (up to 300 kB)" in told


@contextlib.contextmanager
def as_nobody():
    """Without the rights of the superuser, who may read everything."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_a_file_that_may_not_be_read_is_refused():
    load(ROOT / "scenarios" / BASE)  # what Python imports late may stand where nobody may go
    with tempfile.TemporaryDirectory() as folder:
        locked = Path(folder) / "locked.yaml"
        locked.write_text("seed: 1\n")
        locked.chmod(0)
        (Path(folder) / "case.yaml").write_text("extends: locked.yaml\n")
        Path(folder).chmod(0o755)
        for name in ("locked.yaml", "case.yaml"):
            with as_nobody(), pytest.raises(ScenarioError) as caught:
                load(Path(folder) / name)
            assert "locked.yaml: cannot be read: permission denied" in str(caught.value)


def test_a_folder_that_may_not_be_entered_is_told():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0)
        with as_nobody(), pytest.raises(ScenarioError, match="cannot be read: permission denied"):
            load(Path(folder) / "case.yaml")
