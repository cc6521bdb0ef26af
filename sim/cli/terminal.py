"""Printing: the one way of text to the terminal, whatever the text holds and the terminal takes."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from typing import TextIO

import click

from sim.display import text as texts

ANY_WIDTH = 120
"""Characters of a line where a table needs some width and there is no terminal."""

LEAST_WIDTH = 40
"""Characters of a line below which a table would be a list of words."""


def line_width() -> int | None:
    """Characters of a line of the terminal; None for a pipe or a file, whose lines may be any.

    The variable COLUMNS, where it is set, says the width whatever the output goes to.
    """
    is_told = os.environ.get("COLUMNS", "").isdecimal()
    if not is_told and not sys.stdout.isatty():
        return None
    return max(shutil.get_terminal_size().columns, LEAST_WIDTH)


def say(text: object, to_stderr: bool = False) -> None:
    """Print text with its control characters escaped, in signs that the code page has.

    The printing ends if its reader has ended, as in `mastosim check FILE | head -1`. The work goes
    on.
    """
    stream = sys.stderr if to_stderr else sys.stdout
    fitting = texts.fitting(texts.visible(str(text)), getattr(stream, "encoding", None))
    try:
        click.echo(fitting, err=to_stderr)
    except BrokenPipeError:
        print_no_more(stream)


def say_error(error: click.ClickException) -> None:
    """Print a mistake of use as click words it, with the usage of the command."""
    worded = io.StringIO()
    error.show(worded)
    say(worded.getvalue().rstrip("\n"), to_stderr=True)


def never_fail_on_a_sign() -> None:
    """Let streams replace signs that their code page lacks, for text that click or rich prints."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_no_more(stream: TextIO) -> None:
    """Let what is still printed to a stream vanish: its reader has gone."""
    with contextlib.suppress(OSError, ValueError):  # a stream without a file behind it
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
