"""A cluster of machines, reached through the scheduler of Dask, as an executor."""

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

LOST = "the connection to the scheduler was lost; finished work is kept, run the command again"
KILLED = "a piece of work killed several workers, perhaps for lack of memory"

VERSION = "sim.version:__version__"
"""The version of mastosim, read on a worker by a function of Python's own library. A function of
mastosim could not be sent to a worker without mastosim."""


class _Machines(Executor):
    """The workers of a scheduler as an executor.

    Dask has an executor of its own. It waits for ever after the scheduler is lost.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def submit(self, do: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Send a piece of work to a worker."""
        return self._client.submit(do, *args, pure=False, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Do nothing. Unfinished work is dropped when the connection closes."""


@contextmanager
def connected(address: str) -> Iterator[tuple[Executor, int]]:
    """Connect to a cluster, for the time of a `with` block.

    Parameters
    ----------
    address : str
        Address of the scheduler, `tcp://HOST:PORT`.

    Yields
    ------
    executor : concurrent.futures.Executor
        Executor that sends work to the workers.
    cores : int
        Number of cores of all workers.

    Raises
    ------
    OSError
        If no scheduler answers, if it has no worker, if the connection is lost, or if a worker has
        no mastosim or another version of it.
    ModuleNotFoundError
        Without the extra `cluster`.

    References
    ----------
    docs/architecture.md, section "Sweeps".
    """
    from distributed import CancelledError, Client, KilledWorker
    from distributed.comm.core import CommClosedError

    try:
        _check_scheduler(address)
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise OSError(errno.ECONNREFUSED, "no scheduler answers", address) from error
    try:
        cores = sum(client.ncores().values())
        if not cores:
            raise OSError(errno.ECONNREFUSED, "the scheduler has no worker", address)
        _check_versions(client, address)
        yield _Machines(client), cores
    except (CancelledError, CommClosedError) as error:
        raise OSError(errno.ECONNRESET, LOST, address) from error
    except KilledWorker as error:
        raise OSError(errno.ENOMEM, KILLED, address) from error
    finally:
        client.close(timeout=1)


def _check_scheduler(address: str) -> None:
    """Raise OSError or ValueError if the address has no Dask scheduler.

    The client of Dask retries for long if the port is closed, and waits for ever if another program
    listens.
    """
    from distributed.comm.addressing import get_address_host_port, parse_address
    from distributed.utils import LoopRunner

    socket.create_connection(get_address_host_port(address), PATIENCE).close()
    if parse_address(address)[0] != "tcp":
        return  # other protocols begin with a handshake, for which Dask has a time limit
    if not LoopRunner().run_sync(_is_scheduler, address, callback_timeout=PATIENCE):
        raise ConnectionRefusedError


async def _is_scheduler(address: str) -> bool:
    """Whether the program at an address is a scheduler: only a scheduler can list its workers."""
    from distributed import rpc

    try:
        async with rpc(address) as listener:
            return await listener.ncores() is not None
    except Exception:  # an answer in another protocol can fail to decode in many ways
        return False


def _check_versions(client: Any, address: str) -> None:
    """Raise OSError if a worker has no mastosim, or another version."""
    try:
        versions = set(client.run(pkgutil.resolve_name, VERSION).values())
    except (ImportError, AttributeError) as error:
        raise OSError(errno.EPROTO, f"a worker has no mastosim ({error})", address) from error
    if others := versions - {__version__}:
        message = f"a worker has mastosim {', '.join(sorted(others))}, this is {__version__}"
        raise OSError(errno.EPROTO, message, address)
