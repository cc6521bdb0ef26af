"""A cluster of machines with Dask's scheduler, as an executor like that of one machine."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

import sim

PATIENCE = "10s"
"""How long a scheduler may take to answer."""


@contextmanager
def connected(address: str) -> Iterator[tuple[Executor, int]]:
    """An executor on the workers of a scheduler, and how many cores they have.

    Raises OSError where no scheduler answers, it has no worker, is lost in the middle, or where a
    worker has another version of mastosim; ModuleNotFoundError without the extra `cluster`.
    """
    from distributed import CancelledError, Client

    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (TimeoutError, OSError, ValueError) as error:
        raise OSError(errno.ECONNREFUSED, "no scheduler answers", address) from error
    try:
        cores = sum(client.ncores().values())
        if not cores:
            raise OSError(errno.ECONNREFUSED, "the scheduler has no worker", address)
        _refuse_other_versions(client.run(_version), address)
        yield client.get_executor(pure=False), cores
    except CancelledError as error:
        raise OSError(errno.ECONNRESET, LOST, address) from error
    finally:
        client.close(timeout=1)


LOST = "lost the scheduler; what was done is kept, the same command goes on"


def _version() -> str:
    return sim.__version__


def _refuse_other_versions(versions: dict[str, str], address: str) -> None:
    others = {version for version in versions.values() if version != sim.__version__}
    if others:
        told = f"a worker has mastosim {', '.join(sorted(others))}, this is {sim.__version__}"
        raise OSError(errno.EPROTO, told, address)
