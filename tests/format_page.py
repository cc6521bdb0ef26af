"""Every key of a scenario file on one page, docs/format.md, made from the schema.

`python -m tests.remake_results` writes the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from sim.scenario.form.units import UNITS
from sim.scenario.schema.json_schema import schema
from sim.scenario.template import study

Json = dict[str, Any]

BESIDE = {"value", "source", "note", "uncertainty", "assumption"}
COLUMNS = ("key", "meaning", "written as", "if left out", "example")
INTRODUCTION = """\
# The format of scenario files

Every key of a scenario file, with its meaning and its allowed values. The page is made from the
code that reads the files. `mastosim schema` writes the same as a JSON Schema, which editors show
while you type. `mastosim new` writes a file to begin with.

A scenario file is YAML: `key: value` lines, indented by spaces. Long mappings have one key per
line, short ones stand in braces: `delay: {probability: 30 %, mean: 10 days}`. Lists stand in
brackets: `[interferon, pamidronate]`. Text after a `#` is a comment. `mastosim check FILE` lists
all mistakes with their lines; for a valid file it prints the protocol in words.

## A whole file

This file can be simulated as it stands: a drug every six months against no treatment. Its numbers
are placeholders. `mastosim new my-study.yaml` writes it with a comment at every block. Each key is
explained below, under the heading of its block.

```yaml
{whole}
```

## Values

A value stands alone, or in braces together with its source:

<!-- fragment -->
```yaml
given: 80 %
given: {value: 80 %, source: assumption, note: not reported}
```

| beside a value, or beside the keys of a mapping | meaning |
|---|---|
| `source` | the source of the numbers here: a shipped publication, a list of them, a `.yaml` file of your own, or `assumption` |
| `note` | a note in your own words |
| `uncertainty` | the distribution that a sensitivity analysis samples: [uncertainty](#uncertainty) |
| `assumption` | an assumption that is no number, as a sentence or a list of sentences |

The nearest `source` around a number in the same file applies. A number without a source is an
assumption; `mastosim check` lists the assumptions.

Some assumptions are no number: a therapy goes on as no source says when it ended, two responses are
independent. Write them as `assumption: a sentence` beside what they are about. `check` and all
results list and count them. They change no result and no digest. A file that changes another
inherits them with their mapping, and drops them with the value that it replaces or with
`assumption:` left empty.

## Units

Measured numbers have a unit, and decimals a point. A month is 30.4375 days, a
year 365.25 days. A share can also be given as counts, `2 of 10`.

"""  # noqa: E501
EXTENDING = """
## A file that changes another

A file that begins with `extends: laroche2011.yaml` changes another file in the same folder, or the
shipped one of that name where the folder has no such file (`mastosim examples` lists them). It
contains only the differences: mappings are joined with those of the base, values and lists replace
them, and an empty key deletes the inherited entry.

```yaml
extends: laroche2011.yaml
name: longer-and-without-interferon
title: Pamidronate alone for ten years
question: What happens after five years?
horizon: 120 months
therapies: {interferon: }
arms: {combination: }
effects: {interferon: , interferon + pamidronate: }
```

On the command line, `--set "therapies.pamidronate.given=80 %"` changes one value. Items of lists
are counted from 0: `--set "therapies.pamidronate.schedule[0].every=2 months"`.

In the paths below, `<name>` stands for a name of your choice and `[]` for each item of a list. A
name that a spreadsheet, R or pandas takes for something else is refused, like `=1+1`, `NA`, `T`
or `007`.
"""


ALONE = {
    "text": "text",
    "whole-number": "whole number",
    "publication": "publication or file",
    "visits": "time, or list of times",
}


def page() -> str:
    """The whole page, in Markdown."""
    made = schema()
    reader = _Reader(made["definitions"])
    scenario = made["definitions"]["Scenario"]
    parts = [
        INTRODUCTION.replace("{whole}", _whole()),
        _units(),
        EXTENDING,
        "\n## The study\n\n",
        reader.table([scenario]),
    ]
    for key, value in scenario["properties"].items():
        tables = list(reader.tables(value, key)) if key not in BESIDE else []
        if tables:
            parts += [f"\n## {key}\n\n{_meaning(value)}\n", *tables]
    parts += ["\n## uncertainty\n\nBeside a value, or the keys of a mapping: one of these.\n"]
    parts += reader.tables(scenario["properties"]["uncertainty"], "uncertainty")
    return "".join(parts)


def _whole() -> str:
    """The file that `mastosim new` writes, without its comments."""
    lines = (line.partition("#")[0].rstrip() for line in study("my-study").splitlines())
    return "\n".join(line for line in lines if line)


class _Reader:
    """Definitions of the schema, read as tables."""

    def __init__(self, definitions: dict[str, Json]) -> None:
        self.definitions = definitions

    def tables(self, value: Json, path: str) -> Iterator[str]:
        """A table for each form at a path and below; equal ones share a table."""
        by_title: dict[str, dict[str, Json]] = {}
        for where, form in self.forms(value, path):
            by_title.setdefault(form["title"], {})[where] = form
        for title, forms in by_title.items():
            if path not in forms:
                description = next(iter(forms.values()))["description"]
                paths = ", ".join(f"`{where}`" for where in forms)
                yield f"\n### {title[0].upper()}{title[1:]}\n\n{description}\n\nAt {paths}:\n"
            yield "\n" + self.table(list(forms.values()))

    def forms(self, value: Json, path: str) -> Iterator[tuple[str, Json]]:
        """Each mapping with keys of its own at a path and below it, through names and lists."""
        whole = self.resolved(value)
        for option in sorted([whole, *whole.get("anyOf", [])], key=lambda form: not _keys(form)):
            if _keys(option):
                yield path, {**whole, **option}
            for key, inside in _keys(option).items():
                if f"alone is its `{key}`" not in whole["description"]:
                    yield from self.forms(inside, f"{path}.{key}")
            if isinstance(option.get("additionalProperties"), dict):
                yield from self.forms(option["additionalProperties"], f"{path}.<name>")
            if "items" in option:
                yield from self.forms(option["items"], f"{path}[]")
        for branch in (whole[key] for key in ("else", "then") if key in whole):
            yield from self.forms(branch, path)

    def table(self, forms: list[Json]) -> str:
        """The keys of a form; a cell in which equal forms differ says `in its unit`."""
        lines = [COLUMNS, ("---",) * len(COLUMNS)]
        for key in _keys(forms[0]):
            rows = [self.row(key, form) for form in forms]
            same = [len({row[column] for row in rows}) == 1 for column in range(len(COLUMNS))]
            lines.append(tuple(
                cell if alike else "in its unit" for cell, alike in zip(rows[0], same, strict=True)
            ))  # fmt: skip
        return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)

    def row(self, key: str, form: Json) -> tuple[str, ...]:
        """One key: name, meaning, notation, default, example."""
        value = _keys(form)[key]
        needed = "required" if key in form.get("required", ()) else "–"
        default = f"`{_yaml(value['default'])}`" if "default" in value else needed
        example = f"`{_yaml(value['examples'][0])}`" if "examples" in value else ""
        return f"`{key}`", _meaning(value), self.written(value), default, example

    def written(self, value: Json) -> str:
        """How a value is written, in a few words."""
        name = value.get("$ref", "").rpartition("/")[2]
        unit = value.get("description", "").partition("\n\n")[2].partition(";")[0].rstrip(".")
        if name in ALONE or unit:
            return ALONE.get(name) or f"{unit[0].lower()}{unit[1:]}"
        options = [self.resolved(value), *self.resolved(value).get("anyOf", [])]
        kinds = list(dict.fromkeys(kind for option in options for kind in self.kind(option)))
        quantity = name.partition("-of-")[2].removeprefix("MeanSd-of-").replace("-", " ")
        return " or ".join(kinds) + (f" ({quantity})" if quantity else "")

    def kind(self, option: Json) -> Iterator[str]:
        """The kind of an option of a value: words, a list, text, a mapping."""
        if "enum" in option:
            yield ", ".join(f"`{word}`" for word in option["enum"])
        elif "items" in option:
            yield f"list ({self.resolved(option['items']).get('title', 'names')})"
        elif "pattern" in option:
            yield option["errorMessage"].partition(":")[0]
        elif _keys(option) or isinstance(option.get("additionalProperties"), dict):
            yield "mapping"
        elif option.get("type") == "string":
            yield "text"

    def resolved(self, value: Json) -> Json:
        """A value with the definition that it refers to."""
        name = value.get("$ref", "").rpartition("/")[2]
        return self.definitions[name] if name else value


def _keys(form: Json) -> dict[str, Json]:
    """The keys of a form that are its own."""
    return {key: value for key, value in form.get("properties", {}).items() if key not in BESIDE}


def _meaning(value: Json) -> str:
    return str(value.get("description", "")).partition("\n\n")[0].replace("|", "\\|")


def _yaml(value: Any) -> str:
    """A value as it is typed in a file, on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1000)
    return text.removesuffix("\n").removesuffix("\n...")


def _units() -> str:
    lines = ["| quantity | units |\n", "|---|---|\n"]
    for dimension, units in UNITS.items():
        names = ", ".join(f"`{unit}`" for unit in units if unit) or "none, a plain number"
        lines.append(f"| {dimension.partition(',')[0]} | {names} |\n")
    return "".join(lines)
