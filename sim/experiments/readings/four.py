"""The four readings of a published annual increase, each laid over the same scenario."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from sim.scenario import Study, load
from sim.scenario.protocol import accrual
from sim.vocabulary import READINGS


class Default(NamedTuple):
    """A reading as a scenario file would say it, and why with these times; empty without any."""

    accrual: str
    reason: str = ""


DEFAULTS = {
    "linear": Default("linear"),
    "compound": Default("compound"),
    "plateau": Default(
        "plateau: {months: 24 months, then: 0 %/year}",
        "the two years of monthly infusions, as the time is not in the source",
    ),
    "saturating": Default(
        "saturating: {time_constant: 12 months, window: 12 months}",
        "remodelling takes 0.7 to 1 year (recalled), and no source settles the window",
    ),
}
"""What is laid over a scenario for the readings that it does not have itself, with the numbers of
the shipped what-ifs."""

OWN, GIVEN = "the scenario's own", "times as given"


class Four(NamedTuple):
    """One scenario under each reading; `own` names the reading that it has itself.

    `studies` and `origins` are by the name of the reading; an origin says where the times come
    from, and is empty for a reading that has none.
    """

    studies: Mapping[str, Study]
    origins: Mapping[str, str]
    own: str

    @property
    def study(self) -> Study:
        """The scenario as it reads the increase itself."""
        return self.studies[self.own]

    def in_words(self) -> Iterator[str]:
        """Each reading with its times, and where they come from."""
        for name, study in self.studies.items():
            origin = f" [{self.origins[name]}]" if self.origins[name] else ""
            yield f"{accrual(study.scenario)}{origin}"


def read(
    scenario: str | Path,
    patients: int | None = None,
    seed: int | None = None,
    settings: Iterable[str] = (),
    plateau: str | None = None,
    saturating: tuple[str, str] | None = None,
) -> Four:
    """Read a scenario under the four readings, with the same patients and seed.

    Parameters
    ----------
    scenario : path
        Scenario file.
    patients, seed : int, optional
        Patients per arm and seed; those of the file by default.
    settings : iterable of str
        `path=value` texts that change the scenario, as of `--set`.
    plateau : str, optional
        Duration of the increase with its unit, like `30 months`.
    saturating : (str, str), optional
        Time constant and window with their units.

    Returns
    -------
    Four
        Where a time is not given, a reading has the time of the scenario if the reading is its
        own, else the default.

    Raises
    ------
    ScenarioError
        If the scenario or a time is not valid.
    """
    settings = [*settings]
    own = load(scenario, settings, patients, seed).scenario.accrual.name
    times = _times(plateau, saturating)
    studies = {
        name: load(scenario, [*settings, *_laid(name, own), *times.get(name, [])], patients, seed)
        for name in READINGS
    }
    return Four(studies, {name: _origin(name, own, times) for name in READINGS}, own)


def _times(plateau: str | None, saturating: tuple[str, str] | None) -> dict[str, list[str]]:
    """The times that were given, as settings of a scenario."""
    times = {}
    if plateau is not None:
        times["plateau"] = [f"accrual.plateau.months={plateau}"]
    if saturating is not None:
        names = ("time_constant", "window")
        times["saturating"] = [
            f"accrual.saturating.{name}={time}"
            for name, time in zip(names, saturating, strict=True)
        ]
    return times


def _laid(name: str, own: str) -> list[str]:
    """What puts a reading in the place of the scenario's own, of which nothing stays behind."""
    if name == own:
        return []
    text, reason = DEFAULTS[name]
    if reason:
        text = f'{{{text}, source: assumption, note: "{reason}"}}'
    return ["accrual=", f"accrual={text}"]


def _origin(name: str, own: str, times: Mapping[str, list[str]]) -> str:
    """Whose reading it is, and who says its times."""
    reason = DEFAULTS[name].reason
    assumed = [f"assumed, {reason}"] if reason and name != own else []
    return ", ".join([OWN] * (name == own) + ([GIVEN] if name in times else assumed))
