"""The inputs of a study as people read them: value, uncertainty in words, sources, note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sim.scenario import Number, Study
from sim.scenario.form.uncertainty import Uncertainty

MEAN = ".mean"
"""The number of a mean and SD that an uncertainty beside both is about."""


class Input(NamedTuple):
    """A number of a scenario.

    `path` is where it stands, `text` how it is typed, `uncertainty` the distribution that a sweep
    draws from, empty where none is stated.
    """

    path: str
    text: str
    uncertainty: str
    sources: tuple[str, ...]
    note: str
    is_assumption: bool

    @property
    def heading(self) -> str:
        """The key of the scenario that it stands under, such as `effects`."""
        return self.path.partition(".")[0]


def inputs(study: Study) -> list[Input]:
    """List the numbers of a study in the order of its file.

    Parameters
    ----------
    study : Study
        Study, as read by `sim.scenario.load`.

    Returns
    -------
    list of Input
        One for each number.

    Examples
    --------
    >>> from sim.scenario import load
    >>> [one] = [one for one in inputs(load("scenarios/laroche2011.yaml"))
    ...          if one.path == "therapies.interferon.intolerance[0].probability"]
    >>> one.text, one.uncertainty, one.sources
    ('20 %', 'beta: events 2, of 10', ('laroche2011',))
    """
    return [_input(number, study.uncertainty) for number in study.numbers]


def _input(number: Number, stated: Mapping[str, Uncertainty]) -> Input:
    uncertainty = stated.get(number.path) or stated.get(number.path.removesuffix(MEAN))
    words = "" if uncertainty is None else in_words(uncertainty)
    return Input(number.path, number.text, words, number.sources, number.note, number.is_assumption)


def in_words(uncertainty: Uncertainty) -> str:
    """The distribution and its numbers, such as `normal: se 1.98 %/year`."""
    ((name, parts),) = uncertainty.model_dump(exclude_none=True).items()
    if not isinstance(parts, Mapping):
        return f"{name}: {_written(parts)}"
    return f"{name}: {', '.join(f'{_spelt(key)} {_written(part)}' for key, part in parts.items())}"


def _spelt(key: str) -> str:
    return {"ci95": "95 % interval"}.get(key, key.replace("_", " "))


def _written(part: object) -> str:
    if isinstance(part, list | tuple):
        return " to ".join(map(_written, part))
    return f"{part:g}" if isinstance(part, float) else str(part)
