"""Printing: the one way of text to the terminal, whatever the text holds and the terminal takes."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TextIO

import click

from sim.display import text as texts


def say(text: object, to_stderr: bool = False) -> None:
    """Print text with its control characters escaped, in signs that the code page has.

    A reader that has gone, as in `mastosim check FILE | head -1`, ends the printing, not the work.
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
