"""A run as a kept result: simulated straight into its folder, done again, and extended."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim import results
from sim.display import figures
from sim.economics.groups import Groups
from sim.errors import RequestError
from sim.experiments import precision, runs
from sim.experiments.clinics import refuse_clinics
from sim.experiments.forecast import Forecast, forecast
from sim.experiments.forecast import Kept as Rows
from sim.experiments.kinds import Shown, Unkept
from sim.experiments.run_shown import shown_of
from sim.experiments.runs import Result
from sim.outcomes import Mark
from sim.results import Kept, Part, effect_sums, quantities, sums, tables_of_patients
from sim.scenario import Study
from sim.vocabulary import Engine, Progress, TableFormat

if TYPE_CHECKING:
    import pandas as pd

What = Literal["all", "tables", "outcomes"]
"""What is kept of a run: tables and figures, tables, or neither; outcomes and manifest always."""

HOLDS = {"all": "Tables and figures", "tables": "Tables", "outcomes": "Outcomes"}

TABLES = ("summary", "effects", "reported", "worth")

Precise = tuple[Result, "pd.DataFrame"]
"""The outcomes of a precision that was asked for, and the way there, as of `precision.until`."""


class Options(Part):
    """What a run needs to be done again beside its study; `until` as on the command line."""

    patients: int
    seed: int
    engine: Engine = "simpy"
    keep: What = "all"
    tables: TableFormat = "parquet"
    until: tuple[str, ...] = ()


def refuse_no_tables(what: What, form: TableFormat) -> None:
    """Raise RequestError for tables of patients as CSV where none are kept."""
    if what == "outcomes" and form == "csv":
        raise RequestError(
            "`outcomes` keeps no tables of patients that could be written as CSV; leave out "
            "`--tables csv`, or keep `tables` or `all`"
        )


def folder_of(study: Study, root: Path, what: What = "all") -> Path:
    """Where the result of a study belongs below a folder of results.

    One without tables stands beside the one with them, which it must not replace.
    """
    suffix = "-outcomes" if what == "outcomes" else ""
    return root / study.scenario.name / f"{results.digest_of([study])}{suffix}"


def make(
    study: Study,
    root: Path,
    what: What = "all",
    progress: Progress | None = None,
    engine: Engine = "simpy",
    workers: int | None = 1,
    command: str = "",
    before: Kept | None = None,
    until: Sequence[str] = (),
    precise: Precise | None = None,
    unkept: Unkept | None = None,
    form: TableFormat = "parquet",
    first_answer: runs.FirstAnswer | None = None,
) -> Path:
    """Simulate a study straight into its folder; returns the folder.

    Tables go to the disk block by block, and none stay in memory. `what` as `tables` makes no
    figures, as `outcomes` no tables either: then memory does not grow with the number of patients.
    `before` is a kept result of the first patients, which are taken from there. `until`
    is the precision that was asked for, and `precise` the outcomes that have it: as many patients
    as these have are simulated, if more than outcomes is kept. `unkept` is called with a result
    that was simulated and cannot be kept, as when the disk is full. `form` as `csv` writes the
    tables as CSV files too. `first_answer` is called with the result of the first block.
    """
    result, course = precise or (None, None)
    study = study if result is None else result.study
    try:
        if result is not None and what == "outcomes":
            result = replace(result, until=tuple(until), course=course)
            return keep(result, root, command)
        began = time.monotonic()
        folder = folder_of(study, root, what)
        with results.whole_result(folder) as temporary, ExitStack() as files:
            keep_block = (
                None if what == "outcomes" else files.enter_context(results.writing(temporary))
            )
            begun = None if before is None else _begun(before, study)
            used = None if begun is None or before is None else _used(before, begun)
            if begun is not None and before is not None and keep_block is not None:
                count = int(begun.sums.own[0, 0, 0])
                tables_of_patients.hand_over(before.patients, count, keep_block)
            result = runs.reduce(
                study, keep_block, progress, engine, workers, begun, used,
                first_answer=first_answer,
            )  # fmt: skip
            files.close()
            seconds = time.monotonic() - began
            result = replace(result, until=tuple(until), course=course, table_format=form)
            _finish(result, temporary, folder.name, what, command, seconds)
        return folder
    except OSError:
        if result is not None and unkept is not None:
            unkept(shown(replace(result, course=course)))
        raise


def keep(
    result: Result, root: Path, command: str = "", seconds: float = 0.0, drawn: bool = True
) -> Path:
    """Write a result that is in memory, with summaries, figures and manifest; returns its folder.

    Written aside and renamed at the end, as `results.keep` does. Unless `drawn`, without figures.
    """
    with_tables: What = "all" if result.has_figures and drawn else "tables"
    what: What = "outcomes" if result.kept is None else with_tables
    folder = folder_of(result.study, root, what)
    with results.whole_result(folder) as temporary:
        if result.kept is not None:
            results.save(result.kept, temporary)
        _finish(result, temporary, folder.name, what, command, seconds)
    return folder


def _begun(before: Kept, study: Study) -> Mark | None:
    """The sums of a kept result to which patients are added; None for a small cohort."""
    of_before = sums.load_sums(before.folder)
    if of_before is None:
        return None
    return Mark(of_before, effect_sums.load(before.folder, runs.no_effects(study)))


def _used(before: Kept, begun: Mark) -> Groups | None:
    """The quantities of the patients of a mark; None without economics."""
    if before.study.scenario.economics is None:
        return None
    return quantities.load(before.folder).begun(begun.sums.patients)


def _finish(
    result: Result, temporary: Path, name: str, what: What, command: str, seconds: float
) -> None:
    """Put summaries, sums, figures and manifest beside the tables of a result."""
    study, scenario = result.study, result.study.scenario
    options = Options(
        patients=scenario.cohort.patients, seed=scenario.seed, engine=result.engine, keep=what,
        tables=result.table_format, until=result.until,
    )  # fmt: skip
    digest = results.digest_of([study])
    manifest = results.made("run", {scenario.name: study}, options, digest, command, seconds)
    if result.table_format == "csv":
        tables_of_patients.save_as_csv(temporary)
    if result.mark is not None:
        sums.save_sums(result.mark.sums, temporary)
        effect_sums.save(result.mark.effects, temporary)
    if result.quantities is not None:
        quantities.save(result.quantities, temporary)
    frames = {**{table: getattr(result, table) for table in TABLES}, "precision": result.course}
    draw = partial(figures.draw, names=figures.MAIN) if what == "all" else None
    results.finish(temporary, name, manifest, frames, draw)


def show(kept: Kept) -> Shown:
    """The tables of a run, and the way to the precision that was asked for, if it was."""
    frames: dict[str, Any] = dict.fromkeys((*TABLES, "precision"))
    for name in filter(kept.has, frames):
        frames[name] = kept.table(name) if name in ("worth", "precision") else kept.rows(name)
    where, holds = {"folder": kept.folder}, HOLDS[kept.options(Options).keep]
    return shown_of(kept.study, frames, where, holds)


def shown(result: Result) -> Shown:
    """As `show`, of a run that is not kept."""
    frames = {**{name: getattr(result, name) for name in TABLES}, "precision": result.course}
    return shown_of(result.study, frames, {}, "")


def digest(kept: Kept) -> str:
    """The digest that a run has by its own study."""
    return results.digest_of([kept.study])


def again(
    kept: Kept, root: Path, progress: Progress | None = None, command: str = "",
    unkept: Unkept | None = None,
) -> Path:  # fmt: skip
    """Do a run again below another folder of results; returns its folder there."""
    options, study, precise = kept.options(Options), kept.study, None
    if options.until:
        precise = precision.until(study, precision.read(options.until), progress, workers=None)
    return make(
        study, root, options.keep, progress, options.engine, None, command, until=options.until,
        precise=precise, unkept=unkept, form=options.tables,
    )  # fmt: skip


def expected(kept: Kept) -> Forecast:
    """Estimate what it takes to do a run again."""
    options = kept.options(Options)
    return forecast([kept.study], options.engine, None, rows_of(options.keep, options.tables))


def expected_of_more(kept: Kept, patients: int, workers: int | None = None) -> Forecast:
    """Estimate time and memory to extend a run to a number of patients."""
    refuse_clinics([kept.study], "`extend` adds patients one by one")
    options, before = kept.options(Options), kept.study.scenario.cohort.patients
    more = kept.study.with_(patients=max(patients, before))
    rows = rows_of(options.keep, options.tables)
    return forecast([more], options.engine, workers, rows, before)


def rows_of(what: What, form: TableFormat = "parquet") -> Rows:
    """Where the rows of a run are while it is made: figures take them all into memory."""
    return Rows(in_memory=what == "all", on_disk=what != "outcomes", as_csv=form == "csv")


def extend(
    kept: Kept,
    root: Path,
    patients: int,
    progress: Progress | None = None,
    workers: int | None = None,
    command: str = "",
    unkept: Unkept | None = None,
) -> Path:
    """Add patients to a kept run, with the result of a run of all patients at once.

    Returns the folder of the new result; the one that was extended stays. Raises RequestError for
    no more patients than it has. `unkept` is that of `make`.
    """
    options, study = kept.options(Options), kept.study
    refuse_clinics([study], "`extend` adds patients one by one")
    before = study.scenario.cohort.patients
    if patients <= before:
        raise RequestError(f"the result has {before} patients; ask for more than that")
    more = study.with_(patients=patients)
    return make(
        more, root, options.keep, progress, options.engine, workers, command, kept, unkept=unkept,
        form=options.tables,
    )  # fmt: skip
