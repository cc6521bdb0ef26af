"""What works on kept results: open, list, show, plot, rerun and extend."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim import results
from sim.display import text
from sim.display.figures import WIDTHS, Form, draw
from sim.experiments import parameter_uncertainty, verbs
from sim.experiments.opened import Opened
from sim.python.options import Text, at_least, one_of
from sim.results import seals
from sim.results.atomic_file import files_aside, placed
from sim.results.comparing import compared, in_words
from sim.scenario.text import settings
from sim.vocabulary import FORMATS, Progress

if TYPE_CHECKING:
    import pandas as pd

ResultLike = str | Path | Opened


@dataclass(frozen=True, repr=False)
class Repeated(Opened):
    """A kept result that was done again.

    Attributes
    ----------
    files : dict
        `identical`, `different` or `new` for each data file, beside that of the old result.
    comparison : str
        The verdict on each file, on all of them, and what may explain a difference.
    """

    files: dict[str, str]
    comparison: Text

    @property
    def is_identical(self) -> bool:
        """Whether no data file differs."""
        return "different" not in self.files.values()


def open_result(result: ResultLike, *, out: str | Path = "results") -> Opened:
    """Open a kept result of any kind.

    Parameters
    ----------
    result : path
        A folder, `latest`, `SCENARIO/latest`, or the start of a digest that `list_results` shows.
    out : path
        Folder of results in which a name is looked up.

    Returns
    -------
    Opened
        `table(name)` and `parquet(name)` read a table, `plot(name)` draws a figure, `study` is the
        scenario, `manifest` says how the result was made. A notebook shows the tables of the
        command.

    Raises
    ------
    RequestError
        If there is no such result, or several.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import mastosim
    >>> with TemporaryDirectory() as folder:
    ...     result = mastosim.run("scenarios/laroche2011.yaml", patients=20, keep="outcomes")
    ...     kept = open_result(result.save(folder))
    ...     kept.manifest.kind, kept.manifest.patients
    ('run', 20)
    """
    kept = result if isinstance(result, Opened) else results.find(result, Path(out))
    return Opened(kept.folder, kept.manifest)


def list_results(*, out: str | Path = "results") -> pd.DataFrame:
    """List the kept results below a folder, the newest first.

    Parameters
    ----------
    out : path
        Folder of results.

    Returns
    -------
    pandas.DataFrame
        One row per result: result (the name that `open_result` accepts), kind, scenario, changed
        (values that were set), patients, seed, written (date, UTC) and folder. A result that cannot
        be read is left out with a warning.
    """
    import pandas as pd

    kept, unreadable = results.all_below(Path(out))
    for why in unreadable:
        warnings.warn(f"Not listed: {why}", stacklevel=2)
    rows = [
        (
            one.folder.name, one.manifest.kind, one.manifest.about,
            "; ".join(settings.in_words(s.path, s.old, s.new) for s in one.manifest.settings),
            one.manifest.patients, one.manifest.seed, one.manifest.written, one.folder,
        )
        for one in kept
    ]  # fmt: skip
    columns = ["result", "kind", "scenario", "changed", "patients", "seed", "written", "folder"]
    return pd.DataFrame(rows, columns=columns)


def show(result: ResultLike, *, out: str | Path = "results") -> Text:
    """Return the printed tables of a kept result as text, without simulating.

    Parameters
    ----------
    result, out
        As of `open_result`.

    Returns
    -------
    str
        What the command printed when the result was made.

    Raises
    ------
    RequestError
        If there is no such result, or several.
    """
    kept = open_result(result, out=out)
    with seals.reading(kept, warnings.warn):
        return Text(text.printout(verbs.show(kept).printout))


def plot(
    result: ResultLike,
    *others: ResultLike,
    figure: str | Sequence[str] | None = None,
    format: str | Sequence[str] = FORMATS,
    into: str | Path | None = None,
    width: Literal["column", "page"] = "page",
    caption: bool = True,
    arm: str | Sequence[str] = (),
    uncertainty: ResultLike | Sequence[ResultLike] | None = None,
    out: str | Path = "results",
) -> list[Path]:
    """Write the figures of a kept result as files; `open_result(result).plot(name)` shows one.

    Parameters
    ----------
    result, out
        As of `open_result`.
    others : results
        Further emulations, for the figure `calibration` of all of them.
    figure : str or sequence of str, optional
        Names of figures; by default all that apply to the result but the spider of a sweep.
    format : str or sequence of str
        Some of svg, pdf and png. The numbers of each figure stand beside it as CSV.
    into : path, optional
        Folder that receives all figures, or none of them; `figures` in the folder of the result by
        default.
    width : "column" or "page"
        The most that a figure is wide: 8.5 or 18.3 cm.
    caption : bool
        Whether the caption is on the figure.
    arm : str or sequence of str
        Arms whose differences are drawn in `differences`; those of all arms by default. Figures
        without room for all arms keep these.
    uncertainty : path or sequence of paths, optional
        A kept probabilistic sweep of the same scenario, as of `open_result`; of a comparison or of
        readings one for each scenario or reading. Its parameter uncertainty is drawn beside the
        Monte Carlo error, as a thin line, where a figure has a place for it.

    Returns
    -------
    list of Path
        The files, figure by figure.

    Raises
    ------
    RequestError
        If there is no such result or figure, its files are damaged, or the sweep is one of another
        scenario.
    """
    kept = open_result(result, out=out)
    verbs.check_options(kept)
    names = [figure] if isinstance(figure, str) else figure
    for name in names or ():
        verbs.refuse_unknown_figure(kept, name)
    beside = [open_result(other, out=out) for other in others]
    verbs.refuse_others(beside, kept, names)
    formats = [format] if isinstance(format, str) else [*format]
    for kind in formats:
        one_of("format", kind, FORMATS)
    one_of("width", width, WIDTHS)
    arms = (arm,) if isinstance(arm, str) else tuple(arm)
    verbs.refuse_unknown_arms(kept, arms)
    of_draws = None
    if uncertainty is not None:
        given = [uncertainty] if isinstance(uncertainty, str | Path | Opened) else uncertainty
        sweeps = [open_result(sweep, out=out) for sweep in given]
        of_draws = parameter_uncertainty.uncertainty_for(kept, sweeps, names or ())
    form = Form(WIDTHS[width], caption, arms=arms)
    to = kept.folder / "figures" if into is None else Path(into)
    with files_aside(to, "figures") as made:
        with seals.reading(kept, warnings.warn):
            files = draw(kept, names, made, formats, form, beside, of_draws)
        return placed(files, to)


def rerun(
    result: ResultLike,
    *,
    into: str | Path,
    out: str | Path = "results",
    progress: Progress | None = None,
    yes: bool = False,
) -> Repeated:
    """Repeat a kept result from its manifest, in another folder, and compare the files.

    Parameters
    ----------
    result, out
        As of `open_result`.
    into : path
        Folder of results that receives the new one.
    progress : callable, optional
        Called with what is done and to do: patient courses, trials or checks.
    yes : bool
        Simulate even if the forecast of time, memory or disk exceeds the bounds.

    Returns
    -------
    Repeated
        The new result, opened. `files` says for each data file whether it is `identical` to that of
        the old result byte by byte, `different`, or `new`; `is_identical` is False if one differs,
        and `comparison` is what the command prints.

    Raises
    ------
    RequestError
        If there is no such result, it is damaged, another version of mastosim made it, or it is too
        large to be repeated on this machine.
    """
    kept = open_result(result, out=out)
    again = open_result(verbs.rerun(kept, Path(into), progress=progress, yes=yes))
    files = compared(kept.folder, again.folder)
    words = "\n".join(in_words(files, kept.manifest, again.manifest))
    return Repeated(again.folder, again.manifest, files, Text(words))


def extend(
    result: ResultLike,
    *,
    patients: int,
    out: str | Path = "results",
    workers: int | None = None,
    progress: Progress | None = None,
    yes: bool = False,
) -> Opened:
    """Add patients to a kept run. The old result stays where it is.

    Parameters
    ----------
    result : path
        A run, named as of `open_result`.
    patients : int
        Patients per arm of the new run, more than the old one has.
    out : path
        Folder of results, in which the new run is kept as well.
    workers : int, optional
        Number of workers; as many as save time by default.
    progress : callable, optional
        Called with the number of patient courses done and to do.
    yes : bool
        As of `rerun`.

    Returns
    -------
    Opened
        The new run. It equals a run of all its patients at once.

    Raises
    ------
    RequestError
        If there is no such result, it is damaged, another version or other sources made it, it is
        not a run, or `patients` are not more than it has, or too many for this machine.
    """
    at_least("patients", patients, 1)
    kept = open_result(result, out=out)
    folder = verbs.extend(kept, Path(out), patients, progress, workers, yes=yes)
    return open_result(folder)
