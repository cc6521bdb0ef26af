"""`mastosim completion`: the script that lets a shell complete commands, scenarios and results."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from sim.cli.terminal import say

PROGRAM = "mastosim"
VARIABLE = "_MASTOSIM_COMPLETE"
GLOBS = ("*.yaml", "*/*.yaml")
DEFAULT = "results"
"""The folder of results where `--out` does not name another."""

EPILOG = """\
Example: mastosim completion bash

\b
Where the script goes:
  bash, in ~/.bashrc:
    eval "$(mastosim completion bash)"
  zsh, in ~/.zshrc after compinit:
    eval "$(mastosim completion zsh)"
  fish, in ~/.config/fish/config.fish:
    mastosim completion fish | source
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


def files_or_names(incomplete: str, kinds: Collection[str]) -> list[CompletionItem]:
    """Files whose path begins so, then shipped scenarios or sweeps; else the shell's own folders.

    Parameters
    ----------
    incomplete
        What was typed.
    kinds
        `scenario`, `sweep` or both: which shipped files are offered by their names.
    """
    begun = [*_files(incomplete), *_shipped(incomplete, kinds)]
    return [*map(CompletionItem, begun)] or [CompletionItem(incomplete, type="dir")]


def kept_results(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Kept results whose name below the folder of results begins so; else the shell's folders."""
    begun = _results(context, incomplete)
    return [*map(CompletionItem, begun)] or [CompletionItem(incomplete, type="dir")]


def files_or_results(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Scenarios as of `files_or_names`, and kept results."""
    results = [*map(CompletionItem, _results(context, incomplete))]
    scenarios = files_or_names(incomplete, ["scenario"])
    found = [item for item in scenarios if item.type == "plain"]
    return [*found, *results] or scenarios


def _files(incomplete: str) -> list[str]:
    """Scenario files whose path begins so, up to one folder down."""
    folder, slash, _name = incomplete.rpartition("/")
    place = Path(f"{folder}{slash}")
    found = [path.relative_to(place) for glob in GLOBS for path in place.glob(glob)]
    seen = sorted(path.as_posix() for path in found if not path.parts[0].startswith("."))
    paths = (f"{folder}{slash}{name}" for name in seen)
    return [path for path in paths if path.startswith(incomplete)]


def _shipped(incomplete: str, kinds: Collection[str]) -> list[str]:
    """The names of shipped files that begin so."""
    from sim.scenario import shipped

    named = shipped.paths().items()
    return [
        name
        for name, path in named
        if name.startswith(incomplete) and shipped.kind_of(path) in kinds
    ]


def _results(context: click.Context, incomplete: str) -> list[str]:
    """The names of kept results that begin so: by folder, `latest`, or the digest alone."""
    from sim.results.kept import LATEST, folders

    root = Path(context.params.get("out") or DEFAULT)
    found = [folder.relative_to(root) for folder in folders(root)]
    newest = [(parent / LATEST).as_posix() for parent in dict.fromkeys(f.parent for f in found)]
    by_folder = [*([LATEST] if found else []), *newest, *(path.as_posix() for path in found)]
    by_digest = [path.name for path in found]
    begun = ([name for name in names if name.startswith(incomplete)]
             for names in (by_folder, by_digest))  # fmt: skip
    return next(filter(None, begun), [])
