"""The form of a scenario file as JSON Schema, by which editors complete, explain and mark.

The schema is made from the forms, and a new key of a form is in it at once. Each form is defined
twice: whole, and as a `.change` for a file that extends another, where no key is required and an
empty key deletes the inherited entry. Editors support draft 7 best.

Pydantic's own generator is not used: its defaults and limits are in the units of the code, it
numbers generic forms instead of naming them, and `{value: ..., source: ...}` and changes would
have to be added to all that it makes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.form.opened import Opened, explained, meaning, of_field, opened, plain_name
from sim.scenario.form.quantity import Quantity
from sim.scenario.form.study import Scenario
from sim.scenario.form.therapy import Course, Infusions
from sim.scenario.form.uncertainty import Uncertainty
from sim.scenario.form.visits import Visits
from sim.scenario.schema.patterns import TEXT, WHOLE, Json, as_json, in_words, sources, times

DIALECT = "http://json-schema.org/draft-07/schema#"
EXTENDS = "The file that this one changes, like laroche2011.yaml: beside it, else a shipped one."
SOURCE = "Source of the numbers here: publications, a file of your own, or `assumption`."
NOTE = "A note on the numbers here, in your own words."
PREMISE = (
    "What is assumed here and is no number: a sentence, or a list of them; `check` counts them."
)
OTHER_WAYS = {
    "median": "The median, with `iqr` instead of mean and SD.",
    "iqr": "First and third quartile, with `median`.",
    "se": "The standard error of the mean, with `mean` and `n` instead of the SD.",
    "ci95": "The 95 % confidence interval of the mean, with `mean` and `n` instead of the SD.",
    "n": "The number of patients behind the standard error or the interval.",
}


def schema() -> Json:
    """The JSON Schema (draft 7) of a scenario file."""
    made: dict[str, Json] = {}
    whole, change = (_Definitions(made, change).form(Scenario) for change in (False, True))
    return {
        "$schema": DIALECT,
        "title": "mastosim scenario",
        "description": meaning(Scenario),
        "if": {"required": ["extends"]},
        "then": change,
        "else": whole,
        "definitions": dict(sorted(made.items())),
    }


def as_text() -> str:
    """The schema as the text of a file, the same on every machine."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class _Definitions:
    """The definitions made so far, by name; each is made at its first reference.

    Those of a `change` are for a file that extends another; the items of its lists are whole.
    """

    made: dict[str, Json]
    change: bool

    def items(self, kind: Opened) -> Json:
        """A list of values."""
        return {"type": "array", "items": replace(self, change=False).value(kind)}

    def named(self, name: str, make: Callable[[], Json]) -> Json:
        """A reference to a definition; in a change the value may be empty."""
        name = name.replace(" ", "-") + (".change" if self.change else "")
        if name not in self.made:
            self.made[name] = {}  # a definition may refer to itself
            self.made[name] = _or_empty(make()) if self.change else make()
        return {"$ref": f"#/definitions/{name}"}

    def value(self, kind: Opened) -> Json:
        """The value of a key."""
        if kind.quantity is not None:
            return self.quantity(kind.quantity)
        if kind.spread:
            return self.spread(kind.bare)
        if kind.is_form:
            return self.form(kind.bare, kind.short)
        if kind.alternatives:
            return self.therapy()
        if kind.bare in (str, int):
            name, bare = ("text", TEXT) if kind.bare is str else ("whole number", WHOLE)
            return self.named(name, lambda: self.alone(bare))
        if get_origin(kind.bare) is dict:
            made = self.mapping({}) | {"additionalProperties": self.value(kind.inside)}
        else:
            made = self.alone(self.bare(kind))
        return _or_empty(made) if self.change else made

    def bare(self, kind: Opened, taken: Iterable[str] = ()) -> Json:
        """A value without source; words that are `taken` as keys are left out."""
        if kind.quantity is not None:
            return as_json(kind.quantity)
        if kind.bare is str:
            return TEXT
        if get_origin(kind.bare) is Literal:
            return {"title": "word", "enum": [w for w in get_args(kind.bare) if w not in taken]}
        return self.items(kind.inside)

    def alone(self, bare: Json) -> Json:
        """A bare value, or the same in `{value: ..., source: ...}`."""
        return {"anyOf": [bare, self.mapping({"value": bare}, ["value"])]}

    def mapping(self, keys: Json, required: Iterable[str] = ()) -> Json:
        """A closed mapping, with source, note, uncertainty and assumption beside its keys."""
        keys = keys | {
            "source": self.named("source", _source),
            "note": self.named("note", lambda: {"description": NOTE, **TEXT}),
            "uncertainty": self.form(Uncertainty),
            "assumption": self.named("assumption", _premises),
        }
        made: Json = {"type": "object", "properties": keys, "additionalProperties": False}
        return made if self.change or not required else made | {"required": list(required)}

    def quantity(self, quantity: Quantity) -> Json:
        """A number, most with a unit."""
        title, example = {"title": quantity.name}, {"examples": [yaml.safe_load(quantity.example)]}
        return self.named(quantity.name, lambda: title | self.alone(as_json(quantity)) | example)

    def form(self, form: type[BaseModel], short: str = "") -> Json:
        """A mapping with the keys of a form; `short` is the key that a bare value stands for."""
        return self.named(_name(form), lambda: self._form(form, short))

    def _form(self, form: type[BaseModel], short: str = "") -> Json:
        fields = form.model_fields
        keys = {i.alias or name: self.key(form, name, i) for name, i in fields.items()}
        required = [i.alias or name for name, i in fields.items() if i.is_required()]
        if form is Scenario:
            keys = {"extends": {"type": "string", "description": EXTENDS}} | keys
        made = self.mapping(keys, [] if short else required)
        if form.__module__ == Uncertainty.__module__:
            del made["properties"]["uncertainty"]
        if short:
            bare = self.bare(of_field(fields[short]), taken=keys)
            made["properties"]["value"] = bare
            made = {"anyOf": [bare, made]}
        alone = f" A value alone is its `{short}`." if short else ""
        return {"title": _title(form), "description": meaning(form) + alone, **made}

    def spread(self, form: type[BaseModel]) -> Json:
        """Mean and SD, or the figures that replace them."""

        def make() -> Json:
            made = self._form(form)
            mean = of_field(form.model_fields["mean"])
            pair = self.alone(self.items(mean))
            kinds = {"iqr": pair, "ci95": pair, "n": self.value(Opened(int))}
            for key, sentence in OTHER_WAYS.items():
                value = kinds.get(key) or self.value(mean)
                made["properties"][key] = value | {"description": sentence}
            made.pop("required", None)
            return made

        return self.named(f"spread of {_name(form)}", make)

    def therapy(self) -> Json:
        """Doses at visits or a course, distinguished by the key of the dose.

        A change rarely names the dose, so it allows the keys of both.
        """
        visits, course = (self.form(kind) for kind in (Infusions, Course))
        if self.change:
            return self.named("therapy", self._either_therapy)
        at_visits = {"anyOf": [{"required": [key]} for key in ("infusion", "injection")]}
        unknown = {"if": at_visits, "then": visits, "else": {"anyOf": [visits, course]}}
        return {"if": {"required": ["course"]}, "then": course, "else": unknown}

    def _either_therapy(self) -> Json:
        visits, course = (self.made[f"{_name(kind)}.change"] for kind in (Infusions, Course))
        both = {**course["properties"], **visits["properties"]}
        return {**visits, "description": "A therapy of the base.", "properties": both}

    def key(self, form: type[BaseModel], name: str, info: FieldInfo) -> Json:
        """One key of a form: its value, meaning, default and an example."""
        kind = of_field(info)
        sentence, _, example = explained(form).get(name, "").partition(", e.g. ")
        if example:
            sentence += "."
        elif not sentence and kind.is_form:
            sentence = meaning(kind.bare)
        unit = f"\n\n{_sentence(in_words(kind.quantity))}" if kind.quantity else ""
        made = self.key_value(form, name, kind) | {"description": sentence + unit}
        if example:
            made["examples"] = [yaml.safe_load(example.removesuffix("."))]
        default = _default(info, kind)
        return made if default is None else made | {"default": default}

    def key_value(self, form: type[BaseModel], name: str, kind: Opened) -> Json:
        """The value of a key, with more detail for visits and publications."""
        if form is Visits:
            return self.named("visits", lambda: self.alone(times()))
        if form is Scenario and name == "answers":
            return self.named("publication", lambda: sources(()))
        return self.value(kind)


def _name(form: type[BaseModel]) -> str:
    """The name of a form's definition; of a generic form with that of its (first) quantity."""
    arguments = form.__pydantic_generic_metadata__["args"][:1]
    quantities = [kind.quantity.name for kind in map(opened, arguments) if kind.quantity]
    return " of ".join([plain_name(form), *quantities])


def _title(form: type[BaseModel]) -> str:
    words = re.sub("(?<=[a-z])(?=[A-Z])", " ", plain_name(form)).lower()
    return words.replace("mean sd", "mean and SD").replace("bmd", "bone density")


def _or_empty(made: Json) -> Json:
    """The same value, or an empty one."""
    if "type" not in made:
        return made | {"anyOf": [*made["anyOf"], {"type": "null"}]}
    types = [made["type"]] if isinstance(made["type"], str) else made["type"]
    return made | {"type": [*types, *({"null"} - {*types})]}


def _source() -> Json:
    single = sources()
    several = {"title": "several", "type": "array", "items": single}
    return {"description": SOURCE, "anyOf": [*single["anyOf"], several]}


def _premises() -> Json:
    several = {"title": "several", "type": "array", "items": TEXT}
    return {"description": PREMISE, "anyOf": [TEXT, several]}


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _default(info: FieldInfo, kind: Opened) -> Any:
    """The default of a key as typed in a file; None without a default."""
    if info.is_required() or kind.is_form or info.default in (None, {}, []):
        return None
    return yaml.safe_load(kind.quantity.written(info.default)) if kind.quantity else info.default
