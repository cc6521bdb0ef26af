"""Names of a package that are loaded when they are first asked for.

A command then loads only what it needs: `mastosim --help` no form of a scenario, `mastosim list` no
simulation.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import Any


def names_of(
    package: str, homes: Mapping[str, Collection[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make the functions `__getattr__` and `__dir__` of a package.

    Python asks the first for a name that the package lacks, and the second for all names.

    Parameters
    ----------
    package : str
        Name of the package.
    homes : mapping
        Modules, each with the names that the package hands on from it.

    Returns
    -------
    getattr : callable
        Function of a name. It loads the module of the name, and gives the name to the package, so
        that Python asks once. It raises AttributeError for a name without a module.
    dir : callable
        Lists the names of the package, loaded or not.

    Examples
    --------
    >>> load, listed = names_of("math", {"math": ("pi", "tau")})
    >>> load("pi"), "tau" in listed()
    (3.141592653589793, True)
    """
    home_of = {name: module for module, names in homes.items() for name in names}

    def load(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        found = getattr(import_module(home_of[name]), name)
        vars(sys.modules[package])[name] = found
        return found

    def listed() -> list[str]:
        return sorted({*vars(sys.modules[package]), *home_of})

    return load, listed
