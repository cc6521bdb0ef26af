"""ABOUT.txt: what a kept result is, in a few lines for whoever finds its folder."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from sim.results.manifest import HeldSetting, Kind, Manifest

FILE = "ABOUT.txt"
WIDTH = 100

HEADS: dict[Kind, str] = {
    "run": "A run of {}",
    "comparison": "A comparison of {}",
    "readings": "{} under the four readings of its annual increase",
    "emulation": "The published study of {}, simulated many times",
    "sweep": "A sensitivity sweep of {}",
    "power": "Power of randomised trials with the arms of {}",
    "verification": "Verification checks of the program on {}",
}


def text(manifest: Manifest, name: str) -> str:
    """The lines of ABOUT.txt for the folder called `name`."""
    return "\n".join([*_lines(manifest), "", *_commands(name), ""])


def _lines(manifest: Manifest) -> Iterator[str]:
    head = HEADS[manifest.kind].format(" and ".join(manifest.scenarios))
    yield f"{head}. Made by mastosim {manifest.mastosim} on {manifest.written[:10]}."
    yield ""
    told: dict[str, Mapping[str, Any]] = {manifest.about: manifest.headed}
    if manifest.kind != "sweep":
        told = {str(held.document["name"]): held.document for held in manifest.studies}
    for scenario, document in told.items():
        yield from _wrapped(f"{scenario}: {document['title']}. {document['question']}")
    laid = [in_words(setting) for setting in manifest.settings]
    yield from _wrapped(f"Changed values: {'; '.join(laid) or 'none'}.")
    options = {k: v for k, v in manifest.options.items() if isinstance(v, str | int | list)}
    numbers = {"patients": manifest.patients, "seed": manifest.seed, **options}
    yield from _wrapped("; ".join(f"{key}: {_short(value)}" for key, value in numbers.items()))
    yield from _wrapped(f"Tables: {', '.join(manifest.tables)}.")
    if manifest.figures:
        yield from _wrapped(f"Figures: {', '.join(manifest.figures)}.")
    yield "manifest.json holds every number with its source, and the command."


def _commands(name: str) -> Iterator[str]:
    yield f"mastosim show {name}    prints the tables again"
    yield f"mastosim plot {name}    draws the figures"
    yield f"mastosim rerun {name}   repeats it and compares each data file"
    yield "Add --out FOLDER if the result is not below ./results."


def in_words(setting: HeldSetting) -> str:
    """A setting with its old and its new value: `therapies.x.given: 95 % -> 80 %`."""
    return f"{setting.path}: {_short(setting.old)} -> {_short(setting.new)}"


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
