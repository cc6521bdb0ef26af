"""Which verb works on which kind of result; the one table that commands and docs are made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from sim import results
from sim.display.figures import OF_KIND, TOGETHER
from sim.errors import RequestError
from sim.experiments.bounds import allow
from sim.experiments.forecast import Forecast
from sim.experiments.kinds import Shown, Unkept
from sim.results import Kept, Kind, seals
from sim.results.manifest import FILE
from sim.scenario import ScenarioLike, Study, shipped
from sim.scenario.mistakes import nearest
from sim.vocabulary import PATIENTS_AND_PARAMETERS, Progress

VERBS = ("list", "show", "plot", "rerun", "extend", "explain")


Tell = Callable[[Forecast], None]


class Row(NamedTuple):
    """A kind of result: what it is called, and the command that makes it.

    `counts` is what its progress counts; `extend` and `explain` say why these do not work on it.
    """

    called: str
    made_by: str
    counts: str = "patient courses"
    extend: str = ""
    explain: str = ""


MORE_TRIALS = "trials cannot be added to {called}: `{made_by} --trials N` simulates more"
MORE_PATIENTS = "patients cannot be added to {called}: `{made_by} --patients N` simulates more"
MORE_DRAWS = (
    "{called} is extended by `{made_by} FILE --draws N` or `--patients N`, which simulates only "
    "what is missing"
)
NO_PATIENT = "{called} does not keep single patients: `mastosim explain SCENARIO` follows one"

KINDS: Mapping[Kind, Row] = {
    "run": Row("a run", "mastosim run"),
    "comparison": Row("a comparison", "mastosim compare", extend=MORE_PATIENTS),
    "readings": Row("a comparison of readings", "mastosim readings", extend=MORE_PATIENTS),
    "emulation": Row("an emulation", "mastosim emulate", "trials", MORE_TRIALS, NO_PATIENT),
    "sweep": Row("a sweep", "mastosim sweep", extend=MORE_DRAWS, explain=NO_PATIENT),
    "power": Row("a power analysis", "mastosim power", "trials", MORE_TRIALS, NO_PATIENT),
    "verification": Row("a verification", "mastosim verify", "steps", MORE_PATIENTS, NO_PATIENT),
}
"""Every kind of result. A verb that is not refused works on it."""


def refusal(kind: Kind, verb: str) -> str:
    """Why a verb does not work on a kind of result; empty where it does."""
    row = KINDS[kind]
    why: str = getattr(row, verb, "")
    return why.format(called=row.called, made_by=row.made_by)


def refuse(kept: Kept, verb: str) -> None:
    """Raise RequestError for a verb that does not work on a result."""
    kind = kept.manifest.kind
    why, called = refusal(kind, verb), KINDS[kind].called
    if kept.interval == PATIENTS_AND_PARAMETERS:
        why = why.replace(KINDS[kind].made_by, f"{KINDS[kind].made_by} --uncertain")
        called = f"{called} of {kept.interval}"
    if why:
        raise RequestError(f"'{kept.folder}' is {called}; {why}")


def no_such_figure(kind: Kind, name: str) -> str:
    """Why a figure cannot be drawn of a kind of result, with the names of those that can."""
    return f"{KINDS[kind].called} has no figure '{name}'; {nearest(name, OF_KIND[kind].names)}"


def refuse_unknown_figure(kept: Kept, name: str) -> None:
    """Raise RequestError for a figure that the kind of a result does not have."""
    if name not in OF_KIND[kept.manifest.kind].names:
        raise RequestError(no_such_figure(kept.manifest.kind, name))


def refuse_others(others: Sequence[Kept], kept: Kept, names: Sequence[str] | None) -> None:
    """Raise RequestError for several results that are not emulations drawn as one figure."""
    if not others:
        return
    for one in (kept, *others):
        if one.manifest.kind != "emulation":
            called = KINDS[one.manifest.kind].called
            raise RequestError(f"only emulations are drawn together; '{one.folder}' is {called}")
        one.refuse_beside(kept)
        check_options(one)
    if list(names or ()) != [TOGETHER]:
        raise RequestError(f"several emulations are drawn together with --figure {TOGETHER}")


def refuse_unknown_arms(kept: Kept, arms: Sequence[str]) -> None:
    """Raise RequestError for an arm that has no difference from another in a result."""
    for arm in arms:
        scenario = kept.study.scenario
        known = [name for name in scenario.arms if name != scenario.compared_with]
        if arm not in known:
            raise RequestError(f"no arm '{arm}' is compared with another; {nearest(arm, known)}")


def refuse_unsound(kept: Kept) -> None:
    """Raise RequestError for a result that cannot be done again as it was.

    That is one of another version, with options in another form, or damaged: a file of it is not
    what was written, or its digest is not the one of its studies.
    """
    kept.refuse_another_version()
    check_options(kept)
    module = module_of(kept.manifest.kind)
    seals.refuse_damaged(kept)
    if module.digest(kept) != kept.manifest.digest:
        manifest = kept.folder / FILE
        raise results.Damaged(f"'{manifest}' is damaged: its digest is not the one of its studies")


def check_options(kept: Kept) -> None:
    """Raise RequestError for options that a kind of result does not have."""
    kept.options(module_of(kept.manifest.kind).Options)


def show(kept: Kept) -> Shown:
    """Return the tables of a kept result, without simulating."""
    check_options(kept)
    shown: Shown = module_of(kept.manifest.kind).show(kept)
    return shown


def rerun(
    kept: Kept,
    root: Path,
    progress: Progress | None = None,
    command: str = "",
    yes: bool = False,
    tell: Tell | None = None,
    unkept: Unkept | None = None,
) -> Path:
    """Do a result again below another folder of results.

    Parameters
    ----------
    kept
        A result of any kind.
    root
        A folder of results; a result of the same digest in it is replaced.
    progress
        Told what is done and what is to do, of what `KINDS` says that is counted.
    command
        The command line, for the manifest.
    yes, tell
        As of `sim.experiments.bounds.allow`.
    unkept
        Called with a result that was simulated and cannot be kept, as when the disk is full.

    Returns
    -------
    The folder of the new result. Its tables are the same to the byte.

    Raises
    ------
    RequestError
        For a result of another version, one that is damaged, or one too large to be done again on
        this machine.
    ScenarioError
        For a scenario that is not valid any more.
    """
    refuse_unsound(kept)
    of_kind = module_of(kept.manifest.kind)
    allow(of_kind.expected(kept), root, yes, tell)
    folder: Path = of_kind.again(kept, root, progress, command, unkept)
    return folder


def extend(
    kept: Kept,
    root: Path,
    patients: int,
    progress: Progress | None = None,
    workers: int | None = None,
    command: str = "",
    yes: bool = False,
    tell: Tell | None = None,
    unkept: Unkept | None = None,
) -> Path:
    """Add patients to a kept run, with the result of a run of all patients at once.

    Parameters
    ----------
    kept
        A run.
    root
        The folder of results of the new run; the old one stays where it is.
    patients
        Patients per arm of the new run.
    progress
        Told the number of patient courses done and to do.
    workers
        Processes; as many as pay where None.
    command
        The command line, for the manifest.
    yes, tell
        As of `sim.experiments.bounds.allow`.
    unkept
        Called with a run that was simulated and cannot be kept, as when the disk is full.

    Returns
    -------
    The folder of the new run.

    Raises
    ------
    RequestError
        For a result of another kind, version or model, one that is damaged, no more patients than
        it has, or too many for this machine.
    """
    refuse(kept, "extend")
    refuse_unsound(kept)
    for why in seals.missing(kept):
        raise results.Damaged(why)
    kept.refuse_another_model()
    of_runs = module_of("run")
    allow(of_runs.expected_of_more(kept, patients, workers), root, yes, tell)
    folder: Path = of_runs.extend(kept, root, patients, progress, workers, command, unkept)
    return folder


def study_to_explain(kept: Kept, name: str | None = None) -> Study:
    """The study of a result whose patients can be followed: the one of a name, or the first.

    Of readings the first is that of the scenario's own reading. Raises RequestError for another
    kind of result, a manifest that was changed, or a name that it does not have.
    """
    refuse(kept, "explain")
    check_options(kept)
    seals.refuse_changed_manifest(kept)
    own: Any = kept.manifest.options.get("own")
    name = name or own or next(iter(kept.studies))
    if name not in kept.studies:
        raise RequestError(f"the result has no scenario '{name}'; {nearest(name, kept.studies)}")
    return kept.studies[name]


def study_of_patient(
    scenario: ScenarioLike, settings: Sequence[str], seed: int | None, name: str | None, root: Path,
    tell: Callable[[str], object],
) -> ScenarioLike:  # fmt: skip
    """The scenario whose patient is meant: a scenario as it is, or the study of a kept result.

    A result of another model is told of: its patients are followed anew, and are not those of its
    tables. Raises RequestError for options that do not belong to the one or the other.
    """
    if not _names_a_result(scenario):
        if name is not None:
            raise RequestError("--scenario is for a RESULT; leave it out for a scenario file")
        return scenario
    if settings or seed is not None:
        raise RequestError("a RESULT has its own settings and seed; leave out --set and --seed")
    kept = results.find(str(scenario), root)
    study = study_to_explain(kept, name)
    if why := kept.of_another_model:
        tell(f"{why}: the patient may not be the one in its tables")
    return study


def _names_a_result(scenario: ScenarioLike) -> bool:
    """True for a folder, a manifest or a name, which are no scenario file."""
    if not isinstance(scenario, str | Path):
        return False
    path = shipped.found(scenario)
    return path.suffix not in (".yaml", ".yml") and (path.name == FILE or not path.is_file())


def module_of(kind: Kind) -> ModuleType:
    """The file of a kind in `sim.experiments.kinds`, which has `show`, `expected` and `again`."""
    return import_module(f"sim.experiments.kinds.{kind}")
