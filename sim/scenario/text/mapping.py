"""Mappings of Python as YAML text, so that files and mappings are read by the same code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from sim.scenario.mistakes import Mistake, ScenarioError
from sim.scenario.text.file import of_file
from sim.scenario.text.tree import DEEPEST, Branch, read_text

SHOWN = "the mapping"
"""Name of a mapping in reports of mistakes; lines are counted in its YAML text."""

NO_LIMIT = 10**9
"""Columns of a line, which is never broken."""


def read_mapping(document: Mapping[str, Any], mistakes: list[Mistake]) -> Branch:
    """Read a document of keys and texts as if it stood in a file.

    Parameters
    ----------
    document : mapping
        Keys, texts, numbers, lists and mappings, as `yaml.safe_load` returns them.
    mistakes : list of Mistake
        Receives what a scenario does not allow.

    Returns
    -------
    Branch
        The document; positions are lines of its YAML text.
    """
    node = read_text(_yaml(_texts(document), flow=False), SHOWN, mistakes)
    if not isinstance(node, Branch):
        raise ScenarioError([of_file(SHOWN, "should be a mapping of keys and values")])
    return node


def as_settings(settings: object) -> list[str]:
    """Write settings as the texts `path=value` of the option `--set`.

    Parameters
    ----------
    settings : mapping, optional
        Values by path. A value is a text as in a file, a number, a list or a mapping; None removes
        the value of the scenario.

    Returns
    -------
    list of str
        One text for each path.

    Raises
    ------
    ScenarioError
        If `settings` is not a mapping.

    Examples
    --------
    >>> as_settings({"therapies.pamidronate.given": "60 %", "visits.dxa": ["0 months", "1 year"]})
    ['therapies.pamidronate.given=60 %', 'visits.dxa=[0 months, 1 year]']
    """
    if settings is None:
        return []
    if not isinstance(settings, Mapping):
        example = '{"therapies.pamidronate.given": "80 %"}'
        message = f"should be a mapping of paths to values, like {example}"
        raise ScenarioError.of("settings", message)
    return [f"{path}={_value(value)}" for path, value in settings.items()]


def _value(value: Any) -> str:
    """A value as it is typed after `path=`."""
    value = _texts(value)
    if isinstance(value, dict | list):
        return _yaml(value, flow=True).strip()
    return value or ""


def _texts(value: Any, depth: int = 0) -> Any:
    """A value with its numbers as texts; None and empty texts are empty keys."""
    if depth > DEEPEST:
        raise ScenarioError([of_file(SHOWN, f"nested deeper than {DEEPEST} levels")])
    if isinstance(value, Mapping):
        return {str(key): _texts(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_texts(item, depth + 1) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or value == "" else str(value)


def _yaml(value: Any, flow: bool) -> str:
    return yaml.safe_dump(
        value, default_flow_style=flow, sort_keys=False, allow_unicode=True, width=NO_LIMIT
    )
