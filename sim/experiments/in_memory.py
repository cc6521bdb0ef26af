"""What every result in memory can do: be kept in a folder, be drawn, and show itself."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from sim import results
from sim.display import figures, html
from sim.errors import RequestError
from sim.experiments import parameter_uncertainty, verbs, workbooks
from sim.results import Kept, Kind
from sim.results.atomic_file import whole_file

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class InFolder(Protocol):
    """A result with a folder: of a sweep that was run, or one that was opened."""

    @property
    def folder(self) -> Path:
        """Where the result is kept."""


SweepLike = str | Path | InFolder
SweepsLike = SweepLike | Sequence[SweepLike]


class InMemory(ABC):
    """A result of an experiment in memory; the class of each kind adds its tables.

    Attributes
    ----------
    kind : Kind
        Kind of result, such as `run`.
    """

    kind: ClassVar[Kind]

    @property
    @abstractmethod
    def tables_named(self) -> tuple[str, ...]:
        """Names of the attributes that are tables (pandas.DataFrame)."""

    @property
    @abstractmethod
    def about(self) -> str:
        """What was simulated, in a few words."""

    def save(self, out: str | Path = "results") -> Path:
        """Keep the result as the command does: tables, figures and manifest, whole or not at all.

        Parameters
        ----------
        out : path
            Folder of results; the result gets a folder of its own in it.

        Returns
        -------
        Path
            The folder of the result, which `mastosim.open_result` opens.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        return self._kept_in(Path(out))

    def plot(self, name: str | None = None, *, uncertainty: SweepsLike | None = None) -> Figure:
        """Draw one figure of the result; nothing is written.

        Parameters
        ----------
        name : str, optional
            Name of the figure, as of `mastosim plot --figure`; the first that applies by default.
        uncertainty : path, result, or sequence of them, optional
            A kept probabilistic sweep of the same scenario; of a comparison or of readings one for
            each scenario or reading. Its parameter uncertainty is drawn beside the Monte Carlo
            error, as a thin line.

        Returns
        -------
        matplotlib.figure.Figure
            The figure. A notebook shows it; `figure.savefig(path)` writes it.

        Raises
        ------
        RequestError
            For a figure that this kind of result does not have, or that does not apply to it.
        """
        with tempfile.TemporaryDirectory(prefix="mastosim-") as aside:
            return figure_of(
                results.open(self._kept_in(Path(aside), drawn=False)), name, uncertainty
            )

    def to_excel(self, path: str | Path) -> Path:
        """Write the result as a workbook for spreadsheets; nothing else is kept.

        Parameters
        ----------
        path : path
            The file, which ends with `.xlsx`; one that stands there is replaced.

        Returns
        -------
        Path
            The file, with sheets for inputs, outcomes, differences, patients and what else the
            result has.

        Raises
        ------
        RequestError
            For a file that does not end with `.xlsx`.
        OSError
            If the file cannot be written.
        """
        with tempfile.TemporaryDirectory(prefix="mastosim-") as aside:
            return as_workbook(results.open(self._kept_in(Path(aside), drawn=False)), path)

    def _kept_in(self, root: Path, drawn: bool = True) -> Path:
        folder: Path = verbs.module_of(self.kind).keep(self, root, drawn=drawn)
        return folder

    def __repr__(self) -> str:
        """Two lines: what was simulated, and what the result holds."""
        return in_two_lines(self.kind, self.about, ", ".join(self.tables_named))

    def _repr_html_(self) -> str:
        """The tables that the command prints, for a notebook."""
        return html.printout(verbs.module_of(self.kind).shown(self).printout)


def in_two_lines(kind: Kind, about: str, tables: str) -> str:
    """Say in two lines what was simulated, and which tables and figures there are."""
    called = verbs.KINDS[kind].called
    of_kind = figures.OF_KIND[kind]
    names = ", ".join(of_kind.usual)
    if more := len(of_kind.names) - len(of_kind.usual):
        names = f"{names}, {more} more by name"
    return f"{called[0].upper()}{called[1:]}: {about}\nTables: {tables}. Figures: {names}"


def as_workbook(kept: Kept, path: str | Path) -> Path:
    """Write a kept result as a workbook; parameters and errors are those of `InMemory.to_excel`."""
    from sim.display import workbook

    made = workbooks.named_so(path)
    with whole_file(made) as file:
        workbook.write([kept], file)
    return made


def figure_of(kept: Kept, name: str | None = None, uncertainty: SweepsLike | None = None) -> Figure:
    """Draw one figure of a kept result; parameters and errors are those of `InMemory.plot`."""
    known = figures.OF_KIND[kept.manifest.kind].names
    if name is not None:
        verbs.refuse_unknown_figure(kept, name)
    names = known if name is None else [name]
    of_draws = None if uncertainty is None else _of_draws(kept, uncertainty, name)
    drawn = figures.first(kept, names, of_draws)
    if drawn is None:
        from sim.display.figures import absent

        applying = [other for other in known if figures.first(kept, [other]) is not None]
        what = "figure" if name is None else f"figure '{name}'"
        has = f"it has {', '.join(applying) or 'none'}{absent.said(kept, name)}"
        raise RequestError(f"this result has no {what}; {has}")
    return drawn


def _of_draws(kept: Kept, sweeps: SweepsLike, name: str | None) -> pd.DataFrame:
    """The parameter uncertainty of sweeps, for one figure of a result."""
    given = sweeps if isinstance(sweeps, Sequence) and not isinstance(sweeps, str) else [sweeps]
    folders = [each if isinstance(each, str | Path) else each.folder for each in given]
    names = [] if name is None else [name]
    return parameter_uncertainty.uncertainty_for(kept, [*map(results.open, folders)], names)
