"""`mastosim completion`: the script that lets a shell complete commands, options and scenarios."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from sim.cli.terminal import say

PROGRAM = "mastosim"
VARIABLE = "_MASTOSIM_COMPLETE"
GLOBS = ("*.yaml", "*/*.yaml")

EPILOG = """\
Example: mastosim completion bash

\b
Where the script goes:
  bash  ~/.bashrc                   eval "$(mastosim completion bash)"
  zsh   ~/.zshrc, after compinit    eval "$(mastosim completion zsh)"
  fish  ~/.config/fish/config.fish  mastosim completion fish | source
"""


@click.command(epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script for a SHELL: bash, zsh or fish.

    Of bash, version 4.4 or later is needed.
    """
    kind = get_completion_class(shell)
    assert kind is not None, "click knows the three shells"
    script = kind(context.find_root().command, {}, PROGRAM, VARIABLE)
    say(script.source_template % script.source_vars())


def scenario_files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Scenario files whose path begins so, up to one folder down; else the shell's own folders."""
    folder, slash, _name = incomplete.rpartition("/")
    place = Path(f"{folder}{slash}")
    found = [path.relative_to(place) for glob in GLOBS for path in place.glob(glob)]
    seen = sorted(path.as_posix() for path in found if not path.parts[0].startswith("."))
    paths = [f"{folder}{slash}{name}" for name in seen]
    begun = [CompletionItem(path) for path in paths if path.startswith(incomplete)]
    return begun or [CompletionItem(incomplete, type="dir")]
