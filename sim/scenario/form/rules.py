"""Rules: what a therapy waits for to begin, and what ends it at a visit."""

from __future__ import annotations

import re
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import AfterValidator

from sim.scenario.form import quantities
from sim.scenario.form.quantities import Form, StandsFor, Text
from sim.scenario.form.quantity import refuse

FRACTURE = "fracture"
"""The word in `start: {on: fracture}`."""

_CONDITION = re.compile(r"(spine|hip)\s+T\s+(above|below)\s+(\S+)")


class Start(Form):
    """When a therapy begins: after enrolment, after another therapy, or after a fracture.

    Another therapy has ended for a patient when its plan ends or something ends it before. What
    waits for that end, or for the first new fracture of the patient, begins `wait` later, at the
    earliest the next day. A patient without that end, or without a fracture, never begins.
    """

    on: quantities.StartDay = 0.0
    """Time after enrolment, or `fracture`: the first new fracture, e.g. 12 months."""
    site: Literal["vertebral", "hip", "other"] | None = None
    """Site of the fracture, with `on: fracture`; if left out, any site, e.g. vertebral."""
    after: Text | None = None
    """The therapy that has to end first, for any reason, e.g. pamidronate."""
    wait: quantities.Days = 0.0
    """Time between that end or fracture and the start, e.g. 1 month."""

    def check(self) -> None:
        """Refuse two ways to begin, and keys that belong to another way."""
        if self.after is not None and self.on != 0:
            other = "on a fracture" if self.is_on_fracture else "at a time"
            raise refuse(f"a therapy begins {other}, or `after` another therapy, not both")
        if self.site is not None and not self.is_on_fracture:
            raise refuse("`site` belongs to `on: fracture`: {on: fracture, site: vertebral}")
        if self.after is None and not self.is_on_fracture and self.wait > 0:
            message = "`wait` belongs to `after` or `on: fracture`"
            raise refuse(f"{message}: {{after: pamidronate, wait: 1 month}}")

    @property
    def is_on_fracture(self) -> bool:
        """True for a therapy that begins after the first new fracture."""
        return self.on == FRACTURE

    @property
    def day(self) -> float:
        """Days from enrolment, or from the end or fracture that it waits for, to the first dose."""
        return 0.0 if isinstance(self.on, str) else self.on


StartForm = Annotated[Start, StandsFor("on", str)]
AT_ENROLMENT = Start()


class Condition(NamedTuple):
    """A condition on a measured T-score: its bone, above or below, and the T-score."""

    bone: str
    side: str
    t_score: float

    def holds(self, score: float) -> bool:
        """Whether a measured T-score fulfils the condition."""
        return score > self.t_score if self.side == "above" else score < self.t_score


def read_condition(text: str) -> Condition:
    """A condition like `spine T above -2.5`. Raises PydanticCustomError for any other text."""
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        rule = "spine or hip, T, above or below, and a T-score"
        raise refuse(f"'{text}' is no condition; allowed: {rule}, like `spine T above -2.5`")
    (t_score,) = get_args(quantities.TScore)[1:]
    return Condition(match[1], match[2], t_score.read(match[3]))


def _is_condition(text: str) -> str:
    read_condition(text)
    return text


class Stop(Form):
    """A condition that ends a therapy, as the clinician sees it at a visit.

    A switch is this end, and a `start: {after: ...}` of the therapy that follows.
    """

    when: Annotated[Text, AfterValidator(_is_condition)]
    """Measured T-score of spine or hip above or below a number, e.g. spine T above -2.5."""
    at: Literal["visit"] = "visit"
    """When the condition is looked at: at each DXA visit after the therapy has begun."""

    @property
    def condition(self) -> Condition:
        """The bone, the side and the T-score."""
        return read_condition(self.when)


StopForm = Annotated[Stop, StandsFor("when", str)]
