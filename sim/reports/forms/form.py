"""A reporting form as data: its sections and items, read from a file of this folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from sim.errors import RequestError
from sim.scenario.mistakes import nearest
from sim.vocabulary import REPORTING_FORMS

Answered = Literal["yes", "partly", "no", "not applicable"]


class Item(BaseModel):
    """An item of a form.

    `answer` names the function that answers it, `checks` the checks of `mastosim verify` that do;
    without either the author answers. `add` says what the author adds to an answer, `write` what
    the author writes where there is none. `seen` says whether the source's wording was seen.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: str
    asked: str
    seen: bool
    answer: str | None = None
    checks: tuple[str, ...] = ()
    add: str = ""
    write: str = ""


class Form(BaseModel):
    """A form: its name, what it is about, its source, and its items by section."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    about: str
    source: str
    sections: dict[str, tuple[Item, ...]]

    @property
    def title(self) -> str:
        """Name and subject in a line."""
        return f"{self.name}: {self.about}"


@cache
def read(name: str) -> Form:
    """The form of a name. Raises RequestError, with the nearest spelling, for another name."""
    if name not in REPORTING_FORMS:
        raise RequestError(f"there is no form '{name}'; {nearest(name, REPORTING_FORMS)}")
    text = Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8")
    return Form.model_validate(yaml.safe_load(text))
