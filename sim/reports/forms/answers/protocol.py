"""The protocol of a study in words, by its blocks: head, therapies, arms, and the rest."""

from __future__ import annotations

from itertools import groupby

from sim.reports.forms.given import Given
from sim.scenario.protocol import protocol

Block = list[str]


def blocks(given: Given) -> tuple[Block, Block, Block, Block]:
    """Head, therapies, arms and the rest of the protocol, each without its own headline."""
    study = given.study
    lines = protocol(study.scenario, study.document, study.numbers)
    head, therapies, arms, rest = ([*part] for is_text, part in groupby(lines, bool) if is_text)
    return head, _stripped(therapies[1:]), _stripped(arms[1:]), _stripped(rest)


def line(given: Given, beginning: str) -> str:
    """What the protocol says after a beginning; empty where it has no such line."""
    rest = blocks(given)[-1]
    return next((text.removeprefix(beginning) for text in rest if text.startswith(beginning)), "")


def _stripped(lines: Block) -> Block:
    return [text.strip() for text in lines]
