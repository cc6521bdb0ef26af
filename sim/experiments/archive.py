"""Results in `results/<scenario>/<digest>/`: whole or absent, to be run again."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim import evidence, results
from sim.errors import RequestError
from sim.experiments import runs
from sim.experiments.forecast import refuse_too_large
from sim.results import sums
from sim.results.tables import MANIFEST
from sim.scenario import Mark, Number, Study, from_document
from sim.scenario.protocol import count_of_assumptions
from sim.version import __version__
from sim.vocabulary import Engine, Progress

if TYPE_CHECKING:
    import pandas as pd

Kept = Literal["all", "tables", "outcomes"]
"""What is kept of a run: tables and figures, tables, or neither; outcomes and manifest always."""

LIBRARIES = ("simpy", "numpy", "scipy", "pandas", "pyarrow", "matplotlib")
DIGITS = "%.6g"
"""Six digits in CSV files: more than Monte Carlo error leaves, fewer than machines differ in."""


def digest_of(study: Study) -> str:
    """Twelve characters that name a result: scenario with its seed, and version."""
    return hashlib.sha256(f"{__version__} {study.digest}".encode()).hexdigest()[:12]


def folder_of(study: Study, root: Path, kept: Kept = "all") -> Path:
    """Where the result of a study belongs below a folder of results.

    One without tables stands beside the one with them, which it must not replace.
    """
    return root / study.scenario.name / (digest_of(study) + ("-outcomes" * (kept == "outcomes")))


def make(
    study: Study,
    root: Path,
    kept: Kept = "all",
    progress: Progress | None = None,
    engine: Engine = "simpy",
    workers: int = 1,
    command: str = "",
    before: Path | None = None,
    course: pd.DataFrame | None = None,
) -> tuple[runs.Result, Path]:
    """Simulate a study straight into its folder; returns the result and the folder.

    Tables go to the disk block by block, and the result has none in memory. `kept` as `tables`
    makes no figures, as `outcomes` no tables either: then memory does not grow with the number of
    patients. `before` is the folder of a result of the first patients, which are taken from there;
    `course` is written beside the summary. Raises ScenarioError where figures would need more
    tables than this machine holds.
    """
    if kept == "all":
        refuse_too_large(study)
    began = time.monotonic()
    folder = folder_of(study, root, kept)
    with results.whole(folder) as temporary, ExitStack() as files:
        keep = None if kept == "outcomes" else files.enter_context(results.writing(temporary))
        begun = None if before is None else sums.load(before)
        if begun is not None and before is not None and keep is not None:
            results.copy(before, int(begun.own[0, 0, 0]), keep)
        result = runs.reduce(study, keep, progress, engine, workers, begun)
        files.close()
        _describe(result, temporary, kept, command, time.monotonic() - began, course)
    return result, folder


def extend(
    folder: Path,
    root: Path,
    patients: int,
    progress: Progress | None = None,
    workers: int = 1,
    command: str = "",
) -> tuple[runs.Result, Path]:
    """Add patients to a result that was kept: the same as if all had been simulated at once.

    Returns the new result and its folder; the one that was extended stays. Raises RequestError for
    no more patients than it has, or a result of another version.
    """
    held = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    _refuse_another_version(held)
    study = study_of(folder / MANIFEST)
    before = study.scenario.cohort.patients
    if patients <= before:
        raise RequestError(f"the result has {before} patients; ask for more than that")
    more = study.with_(patients=patients)
    kept = kept_in(folder / MANIFEST)
    return make(more, root, kept, progress, held["engine"], workers, command, folder)


def keep(
    result: runs.Result,
    root: Path,
    command: str = "",
    seconds: float = 0.0,
    course: pd.DataFrame | None = None,
) -> Path:
    """Write a result that is in memory, with summaries, figures and manifest; returns its folder.

    Written aside and renamed at the end. A result of the same digest is replaced.
    """
    kept: Kept = "outcomes" if result.kept is None else "all"
    folder = folder_of(result.study, root, kept)
    with results.whole(folder) as temporary:
        if result.kept is not None:
            results.save(result.kept, temporary)
        _describe(result, temporary, kept, command, seconds, course)
    return folder


def _describe(
    result: runs.Result,
    folder: Path,
    kept: Kept,
    command: str,
    seconds: float,
    course: pd.DataFrame | None,
) -> None:
    """Put summaries, sums, figures and manifest beside the tables of a result."""
    from sim.display import figures

    write_summaries(result, folder)
    if result.mark is not None:
        sums.save(result.mark, folder)
    if course is not None:
        write_csv(course, folder / "precision.csv")
    if kept == "all":
        figures.draw(folder, caption_of(result.study))
    manifest = manifest_of(result.study, command, seconds, result.engine) | {"kept": kept}
    text = json.dumps(manifest, indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def write_summaries(result: runs.Result, folder: Path) -> None:
    """Write `summary.csv`, and `reported.csv` where the scenario answers to a publication."""
    write_csv(result.summary, folder / "summary.csv")
    if result.reported is not None:
        write_csv(result.reported, folder / "reported.csv")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table that R and Excel open: comma, point, UTF-8, empty where there is no value."""
    frame.to_csv(path, index=False, float_format=DIGITS, lineterminator="\n", encoding="utf-8")


def study_of(manifest: Path) -> Study:
    """The study that a manifest describes. Raises ScenarioError where it is not valid any more."""
    held = json.loads(manifest.read_text(encoding="utf-8"))
    numbers = [
        Number(n["path"], n["text"], tuple(n["sources"]), n["note"], Mark(str(manifest), 1, 1))
        for n in held["numbers"]
    ]
    return from_document(held["scenario"], numbers, held["publications"])


def kept_in(manifest: Path) -> Kept:
    """What was kept of the result that a manifest describes."""
    held = json.loads(manifest.read_text(encoding="utf-8"))
    return held.get("kept", "all")  # type: ignore[no-any-return]


def rerun(manifest: Path, progress: Progress | None = None) -> runs.Result:
    """Run what a manifest describes. Raises ScenarioError; RequestError for another version."""
    _refuse_another_version(json.loads(manifest.read_text(encoding="utf-8")))
    only = kept_in(manifest) == "outcomes"
    return runs.run(study_of(manifest), progress=progress, outcomes_only=only)


def _refuse_another_version(held: dict[str, Any]) -> None:
    if held["mastosim"] != __version__:
        raise RequestError(f"made by mastosim {held['mastosim']}, this is {__version__}")


def manifest_of(study: Study, command: str, seconds: float, engine: str) -> dict[str, Any]:
    """Everything needed to know what was run, and to run it again."""
    return {
        "mastosim": __version__,
        "digest": digest_of(study),
        "engine": engine,
        "seed": study.scenario.seed,
        "command": command,
        "written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "seconds": round(seconds, 1),
        "git_commit": _git_commit(),
        **made_with(),
        "assumptions": count_of_assumptions(study.numbers),
        "scenario": study.document,
        "publications": study.publications,
        "numbers": [
            {"path": n.path, "text": n.text, "sources": list(n.sources), "note": n.note}
            for n in study.numbers
        ],
    }


def made_with() -> dict[str, Any]:
    """The Python, the machine and the libraries that a number may depend on in its last digit."""
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
    }


def caption_of(study: Study) -> Any:
    """What a figure says of the study that it shows."""
    from sim.display.figures import Caption
    from sim.scenario.protocol import accrual

    scenario = study.scenario
    women = scenario.cohort.female
    reference = {
        bone: tuple(
            women * getattr(sexes.female, part) + (1 - women) * getattr(sexes.male, part)
            for part in ("mean", "sd")
        )
        for bone, sexes in (
            ("spine", scenario.reference_bmd.spine),
            ("hip", scenario.reference_bmd.hip),
        )
    }
    return Caption(
        title=scenario.title,
        arms=tuple(scenario.arms),
        patients=scenario.cohort.patients,
        seed=scenario.seed,
        horizon_months=scenario.horizon / (365.25 / 12),
        evidence_months=scenario.beyond_evidence.after / (365.25 / 12)
        if scenario.horizon > scenario.beyond_evidence.after
        else None,
        reference=reference,
        reading=accrual(scenario),
        assumptions=count_of_assumptions(study.numbers),
        labels=evidence.labels(study.publication(scenario.answers)) if scenario.answers else {},
    )


def _git_commit() -> str | None:
    """The commit of the checkout that this code runs from, None outside of one."""
    asked = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
