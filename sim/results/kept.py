"""A result that was kept: its folder, manifest and tables; found by folder, digest or as latest."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.errors import RequestError
from sim.results import fingerprint, hidden, tables
from sim.results.atomic_folder import refuse_no_file
from sim.results.manifest import FILE, FORM, Manifest
from sim.scenario.text.paths import dotted
from sim.scenario.text.tree import CONTROL
from sim.version import __version__

if TYPE_CHECKING:
    import pandas as pd

    from sim.outcomes.tables import Tables
    from sim.scenario import Study

FormT = TypeVar("FormT", bound=BaseModel)

EARLIER = ({"mastosim"}, {"digest", "command"}, {"trials", "study"})
"""Keys of the manifests of runs and sweeps, of comparisons and readings, and of emulations that
earlier versions wrote."""

LATEST = "latest"
LAYOUTS = ("*/*", "*/*/*")
"""Folders of results below the root: `SCENARIO/DIGEST` and `sweeps/NAME/DIGEST`."""


@dataclass(frozen=True, repr=False)
class Kept:
    """A result in its folder; tables are read when they are asked for."""

    folder: Path
    manifest: Manifest

    def __repr__(self) -> str:
        """Two lines: what was simulated, and where it is kept with which tables."""
        manifest = self.manifest
        what = f"Kept {manifest.kind}: {manifest.about}, {manifest.patients} patients"
        return f"{what}\nFolder: {self.folder}. Tables: {', '.join(manifest.tables)}"

    @cached_property
    def studies(self) -> dict[str, Study]:
        """The studies by name. Raises ScenarioError where one is not valid any more."""
        return {held.name: held.study() for held in self.manifest.studies}

    @property
    def study(self) -> Study:
        """The first study: the only one of most results."""
        return next(iter(self.studies.values()))

    def options(self, form: type[FormT]) -> FormT:
        """The options of the experiment in their form. Raises RequestError for others."""
        try:
            return form.model_validate(self.manifest.options)
        except ValidationError as error:
            raise _damaged(self.folder, error, "options") from None

    @property
    def interval(self) -> str | None:
        """What the intervals over simulated trials hold; None for a result without any."""
        interval = self.manifest.options.get("interval")
        return None if interval is None else str(interval)

    def detail(self, name: str) -> Any:
        """What the experiment said of itself besides, by name. Raises Damaged."""
        with tables.intact(self.folder / FILE):
            return self.manifest.details[name]

    def has(self, name: str) -> bool:
        """Whether the folder has a CSV table of this name."""
        return (self.folder / f"{name}.csv").exists()

    @property
    def has_patients(self) -> bool:
        """Whether the folder has the tables of a run: patients, events, measurements, latent."""
        return (self.folder / "events.parquet").exists()

    def table(self, name: str, columns: Collection[str] = ()) -> pd.DataFrame:
        """A CSV table, which has these columns at least. Raises Damaged."""
        return tables.read_csv(self.folder / f"{name}.csv", columns)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a CSV table, as `table` has them. Raises Damaged."""
        return tables.rows_of_csv(self.folder / f"{name}.csv")

    def parquet(self, name: str, **how: Any) -> pd.DataFrame:
        """A Parquet table; `how` as in `pandas.read_parquet`. Raises Damaged."""
        return tables.read_parquet(self.folder / f"{name}.parquet", **how)

    @property
    def patients(self) -> Tables:
        """The tables of a run: patients, events, measurements, latent. Raises Damaged."""
        from sim.results import tables_of_patients

        return tables_of_patients.load(self.folder)

    def refuse_another_version(self) -> None:
        """Raise RequestError for a result of another version, which this one cannot do again."""
        if self.manifest.mastosim != __version__:
            raise RequestError(
                f"'{self.folder}' was made by mastosim {self.manifest.mastosim}, this is "
                f"{__version__}; use the version that made it"
            )

    @property
    def of_another_model(self) -> str:
        """A sentence where other sources or libraries made this result; empty else."""
        mine = fingerprint.model()
        if self.manifest.model == mine:
            return ""
        return (
            f"'{self.folder}' was made by other sources or libraries (model "
            f"{self.manifest.model}, this is {mine})"
        )

    def refuse_another_model(self) -> None:
        """Raise RequestError for a result of other sources or libraries, to which none is added."""
        if why := self.of_another_model:
            raise RequestError(f"{why}: new patients would not be like its own; run again")

    def refuse_beside(self, other: Kept) -> None:
        """Raise RequestError for a result of another model, with which this one is not mixed."""
        models = self.manifest.model, other.manifest.model
        if models[0] != models[1]:
            raise RequestError(
                f"'{self.folder}' and '{other.folder}' were made by different sources or libraries "
                f"(models {models[0]} and {models[1]}), so they are not put together; "
                "run both again"
            )


def open(result: str | Path) -> Kept:
    """The result in a folder, or of a manifest.json.

    Raises RequestError for a folder without a manifest, a manifest of an earlier version, or one
    that is damaged.
    """
    folder = Path(result).parent if Path(result).name == FILE else Path(result)
    path = folder / FILE
    if not folder.exists():
        hidden.clear_away(folder.parent)  # which gives a result its name back
    refuse_no_file(path)
    if not path.is_file():
        raise RequestError(
            f"'{folder}' is not a result: it has no {FILE}. `mastosim run` and the other commands "
            "that simulate name the folder of their result in the last line"
        )
    try:
        text = path.read_text(encoding="utf-8")
        tree = json.loads(text)
    except ValueError as error:
        raise RequestError(f"'{path}' is damaged, it is not JSON: {error}") from None
    except RecursionError:
        raise RequestError(f"'{path}' is damaged: it is nested too deep") from None
    if not isinstance(tree, dict):
        raise RequestError(f"'{path}' is not a manifest of mastosim: it is not a mapping")
    _refuse_control_characters(path, tree)
    _refuse_another_form(folder, tree)
    try:
        return Kept(folder, Manifest.model_validate_json(text))
    except ValidationError as error:
        raise _damaged(folder, error) from None


def _refuse_control_characters(path: Path, tree: dict[str, Any]) -> None:
    """Raise RequestError for texts that a scenario file may not hold either."""
    waiting: list[Any] = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += [*part, *part.values()]
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str) and (wrong := CONTROL.search(part)):
            sign = f"a control character (U+{ord(wrong[0]):04X})"
            raise RequestError(f"'{path}' is damaged: it holds {sign}")


def _refuse_another_form(folder: Path, tree: dict[str, Any]) -> None:
    form = tree.get("form")
    if form is None and not any(keys <= tree.keys() for keys in EARLIER):
        raise RequestError(f"'{folder / FILE}' is not a manifest of mastosim: it has no `form`")
    if form is None or (type(form) is int and form < FORM):
        raise RequestError(f"'{folder}' was written by an earlier mastosim; run again")
    if type(form) is int and form > FORM:
        raise RequestError(
            f"'{folder}' was written by a later mastosim, {tree.get('mastosim')}; use that version"
        )


def _damaged(folder: Path, error: ValidationError, within: str = "") -> RequestError:
    """The first thing that is wrong with a manifest, in a sentence."""
    detail = error.errors(include_url=False, include_input=False)[0]
    path = [*([within] if within else []), *detail["loc"]]
    where = f"{dotted(path)}: " if path else ""
    what = {"missing": "is missing", "extra_forbidden": "is not a key here"}.get(
        detail["type"], detail["msg"].removeprefix("Value error, ")
    )
    return RequestError(f"'{folder / FILE}' is damaged: {where}{what}")


def find(result: str | Path, root: Path) -> Kept:
    """The result that a user means.

    Parameters
    ----------
    result
        A folder or a manifest.json; a folder below `root`; `latest` or `SCENARIO/latest`, the
        newest below `root` or below that folder in it; or the start of a digest, as
        `SCENARIO/DIGEST` too.
    root
        The folder of results.

    Raises
    ------
    RequestError
        Where there is no such result, a start of a digest is that of several, or the result cannot
        be read.
    """
    hidden.clear_below(root, LAYOUTS)
    paths = (Path(result), root / result)
    for path in paths:
        if (path.name == FILE and path.is_file()) or (path / FILE).is_file():
            return open(path)
    below, name = root / Path(result).parent, Path(result).name
    if name == LATEST:
        newest_first = [kept for kept in all_below(root)[0] if kept.folder.is_relative_to(below)]
        if not newest_first:
            raise RequestError(
                f"there is no result in '{below}' yet; `--out` names another folder of results"
            )
        return newest_first[0]
    starting = [f for f in folders(root) if f.name.startswith(name) and f.is_relative_to(below)]
    meant = [f for f in starting if f.name == name] or starting
    if len(meant) == 1:
        return open(meant[0])
    if meant:
        candidates = ", ".join(folder.relative_to(root).as_posix() for folder in meant)
        raise RequestError(f"'{result}' is the start of {len(meant)} results: {candidates}")
    for path in filter(Path.is_dir, paths):
        return open(path)  # which says that it is no result
    raise RequestError(
        f"there is no result '{result}' in '{root}'; `mastosim list --out {root}` shows all"
    )


def folders(root: Path) -> list[Path]:
    """Every folder with a manifest below a folder of results, in the order of their names."""
    found = (path.parent for layout in LAYOUTS for path in root.glob(f"{layout}/{FILE}"))
    return sorted(
        folder for folder in found if not any(p[0] == "." for p in folder.relative_to(root).parts)
    )


def all_below(root: Path) -> tuple[list[Kept], list[str]]:
    """Every result below a folder, the newest first, and why folders cannot be read."""
    hidden.clear_below(root, LAYOUTS)
    kept, refused = [], []
    for folder in folders(root):
        try:
            kept.append(open(folder))
        except RequestError as error:
            refused.append(str(error))
    return sorted(kept, key=_age, reverse=True), refused


def _age(kept: Kept) -> tuple[str, int]:
    return kept.manifest.written, (kept.folder / FILE).stat().st_mtime_ns
