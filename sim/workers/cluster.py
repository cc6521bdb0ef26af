"""A cluster of machines with Dask's scheduler, as an executor like that of one machine."""

from __future__ import annotations

import errno
import pkgutil
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from sim.version import __version__

PATIENCE = 10.0
"""Seconds that a scheduler may take to answer."""


class _Machines(Executor):
    """The workers of a scheduler, each result asked of Dask itself.

    The executor that Dask has waits for ever where the scheduler is lost.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def submit(self, do: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
        """Hand a piece to a worker."""
        return self._client.submit(do, *given, pure=False, **named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing: what is under way is dropped with the connection."""


@contextmanager
def connected(address: str) -> Iterator[tuple[Executor, int]]:
    """An executor on the workers of a scheduler, and how many cores they have.

    Raises OSError where no scheduler answers, it has no worker, is lost in the middle, or where a
    worker has no mastosim or another version; ModuleNotFoundError without the extra `cluster`.
    """
    from distributed import CancelledError, Client, KilledWorker
    from distributed.comm.core import CommClosedError

    try:
        _refuse_strangers(address)
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise OSError(errno.ECONNREFUSED, "no scheduler answers", address) from error
    try:
        cores = sum(client.ncores().values())
        if not cores:
            raise OSError(errno.ECONNREFUSED, "the scheduler has no worker", address)
        _refuse_other_versions(client, address)
        yield _Machines(client), cores
    except (CancelledError, CommClosedError) as error:
        raise OSError(errno.ECONNRESET, LOST, address) from error
    except KilledWorker as error:
        raise OSError(errno.ENOMEM, KILLED, address) from error
    finally:
        client.close(timeout=1)


LOST = "lost the scheduler; what was done is kept, the same command goes on"
KILLED = "a piece of work killed worker after worker, perhaps for want of memory"


def _refuse_strangers(address: str) -> None:
    """Raise OSError or ValueError where nobody listens, or somebody who is no scheduler.

    Dask's client tries on and lingers where nobody listens, and waits for ever for a first word.
    """
    from distributed.comm.addressing import get_address_host_port, parse_address
    from distributed.utils import LoopRunner

    socket.create_connection(get_address_host_port(address), PATIENCE).close()
    if parse_address(address)[0] != "tcp":
        return  # the others greet as they connect, and that Dask does not wait for without end
    if not LoopRunner().run_sync(_is_scheduler, address, callback_timeout=PATIENCE):
        raise ConnectionRefusedError


async def _is_scheduler(address: str) -> bool:
    """Whether whoever listens knows its workers; a worker answers nothing to that."""
    from distributed import rpc

    try:
        async with rpc(address) as listener:
            return await listener.ncores() is not None
    except Exception:  # words that are not Dask's are misread in many ways
        return False


VERSION = "sim.version:__version__"
"""Asked for with what every Python has: a function from here would not arrive without mastosim."""


def _refuse_other_versions(client: Any, address: str) -> None:
    try:
        versions = set(client.run(pkgutil.resolve_name, VERSION).values())
    except (ImportError, AttributeError) as error:
        raise OSError(errno.EPROTO, f"a worker has no mastosim ({error})", address) from error
    if others := versions - {__version__}:
        told = f"a worker has mastosim {', '.join(sorted(others))}, this is {__version__}"
        raise OSError(errno.EPROTO, told, address)
