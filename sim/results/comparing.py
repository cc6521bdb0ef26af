"""A result that was done again beside the old one: which data files are the same to the byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sim.results.manifest import Manifest
from sim.results.seals import data_files


def compared(before: Path, now: Path) -> dict[str, str]:
    """`identical`, `different` or `new` for each data file of a result that was done again.

    `new` is a file that does not stand beside the manifest; one that stands there and is not made
    again is `different`.
    """
    known, made = ({path.name for path in data_files(folder)} for folder in (before, now))
    verdicts = dict.fromkeys(sorted(known | made), "different")
    for name in verdicts:
        if name not in known:
            verdicts[name] = "new"
        elif name in made and (before / name).read_bytes() == (now / name).read_bytes():
            verdicts[name] = "identical"
    return verdicts


def in_words(verdicts: dict[str, str], before: Manifest, now: Manifest) -> Iterator[str]:
    """The verdict on each file, on all of them, and what may explain a difference."""
    for name, verdict in verdicts.items():
        yield f"{verdict:10} {name}"
    judged = [verdict for verdict in verdicts.values() if verdict != "new"]
    differing = judged.count("different")
    models = before.model, now.model
    if models[0] != models[1]:
        yield f"The result was made by other sources (model {models[0]}, not {models[1]})."
    if not judged:
        yield "The folder of the manifest has no data files to compare."
    elif differing:
        yield f"{differing} of {len(judged)} data files differ."
        yield from _made_otherwise(before, now)
    else:
        yield f"Identical data files: {len(judged)} of {len(judged)}."


def _made_otherwise(before: Manifest, now: Manifest) -> Iterator[str]:
    """With which Python, machine and libraries the two were made, where these are not the same."""
    old, new = (
        {"python": one.python, "machine": one.machine, **one.libraries} for one in (before, now)
    )
    for name in {**new, **old}:
        if old.get(name) != new.get(name):
            yield f"The result was made with {name} {old.get(name)}, and this is {new.get(name)}."
