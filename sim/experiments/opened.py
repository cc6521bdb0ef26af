"""A kept result that was opened: its tables are read, its figures drawn when they are asked for."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim import results
from sim.display import html
from sim.experiments import verbs
from sim.experiments.in_memory import SweepsLike, as_workbook, figure_of, in_two_lines
from sim.experiments.visits import visits_of_kept
from sim.results import Kept, seals

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class Opened(Kept):
    """A kept result of any kind.

    Attributes
    ----------
    folder : Path
        Its folder.
    manifest : Manifest
        What was done: kind, scenarios, options, every number with its source.
    study, studies
        The first scenario, and all by name.
    """

    def save(self, out: str | Path = "results") -> Path:
        """Copy the result to another folder of results; returns the folder of the copy."""
        return results.copied(self, Path(out))

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
            For a figure that the result does not have, or a damaged file.
        """
        verbs.check_options(self)
        with seals.reading(self, warnings.warn):
            return figure_of(self, name, uncertainty)

    @property
    def visits(self) -> pd.DataFrame:
        """Of a run with clinics, one row per dose that a patient asked for: day, wait and end.

        Raises RequestError for another result, and where the tables of patients were not kept.
        """
        with seals.reading(self, warnings.warn):
            return visits_of_kept(self)

    def to_excel(self, path: str | Path) -> Path:
        """Write the result as a workbook for spreadsheets.

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
            For a file that does not end with `.xlsx`, or a damaged file of the result.
        OSError
            If the file cannot be written.
        """
        with seals.reading(self, warnings.warn):
            return as_workbook(self, path)

    def __repr__(self) -> str:
        """Two lines: what was simulated and where it is kept, and what the result holds."""
        manifest = self.manifest
        about = f"{manifest.about}, {manifest.patients} patients; kept in {self.folder}"
        return in_two_lines(manifest.kind, about, ", ".join(manifest.tables))

    def _repr_html_(self) -> str:
        """The tables that the command printed, for a notebook."""
        with seals.reading(self, warnings.warn):
            return html.printout(verbs.show(self).printout)
