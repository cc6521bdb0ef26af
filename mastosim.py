"""mastosim for Python: `import mastosim` hands on the package `sim`, whose docstring has the rest.

import mastosim
result = mastosim.run("scenarios/laroche2011.yaml", patients=200)
"""

from typing import TYPE_CHECKING, Any

import sim
from sim import __all__ as __all__

if TYPE_CHECKING:
    from sim import *  # noqa: F403


def __getattr__(name: str) -> Any:
    """A function or a class of `sim`, loaded when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'mastosim' has no attribute '{name}'")
    return getattr(sim, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
