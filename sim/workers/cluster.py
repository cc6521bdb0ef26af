"""A cluster of machines, reached through the scheduler of Dask, as an executor."""

from __future__ import annotations

import errno
import pkgutil
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, NamedTuple

from sim.version import __version__

PATIENCE = 10.0
"""Seconds that a scheduler may take to answer."""

SILENCE = 60.0
"""Seconds without progress and without an answer after which a cluster counts as lost."""

QUESTIONS = 6
"""How often a cluster is asked in that time whether it is still there."""

LOST = "the connection to the scheduler was lost; finished work is kept, run the command again"
SILENT = (
    "no worker of the cluster has answered for {:g} seconds; finished work is kept, run the "
    "command again"
)
KILLED = "a piece of work killed several workers, perhaps for lack of memory"

VERSION = "sim.version:__version__"
"""The version of mastosim, read on a worker by a function of Python's own library. A function of
mastosim could not be sent to a worker without mastosim."""


class Cluster(NamedTuple):
    """The address of a scheduler, `tcp://HOST:PORT`, and how long the cluster may be silent.

    `silence` is in seconds.
    """

    address: str
    silence: float = SILENCE


class LostError(ConnectionError):
    """A cluster that is lost. Finished work is kept, and the same command continues it."""


class _Machines(Executor):
    """The workers of a scheduler as an executor.

    Dask has an executor of its own. It waits for ever after the scheduler is lost.
    """

    def __init__(self, client: Any, cluster: Cluster) -> None:
        self._client = client
        self._cluster = cluster
        self._heard = time.monotonic()
        self._last_seen: dict[str, float] = {}

    def submit(self, do: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Send a piece of work to a worker."""
        return _Piece(self._client.submit(do, *args, pure=False, **kwargs), self)

    def result_of(self, future: Any) -> Any:
        """Wait for a piece of work. Raises LostError after a silence."""
        self._heard = time.monotonic()
        while future.status != "error":
            try:
                # also of finished work: the worker that holds the result can be the silent one
                return future.result(self._cluster.silence / QUESTIONS)
            except TimeoutError:
                self._ask()
        return future.result()

    def _ask(self) -> None:
        """Note whether a worker is there. Raises LostError if none was for too long."""
        if self._has_answered():
            self._heard = time.monotonic()
        elif time.monotonic() - self._heard >= self._cluster.silence:
            message = SILENT.format(self._cluster.silence)
            raise LostError(errno.ETIMEDOUT, message, self._cluster.address)

    def _has_answered(self) -> bool:
        """Whether a worker has told the scheduler since the last question that it is alive."""
        try:
            patience = self._cluster.silence / QUESTIONS
            about = self._client.sync(self._client.scheduler.identity, callback_timeout=patience)
        except Exception:  # a scheduler that stalls or ends can fail to answer in many ways
            return False
        before = self._last_seen
        self._last_seen = {name: one["last_seen"] for name, one in about["workers"].items()}
        return any(seen > before.get(name, 0.0) for name, seen in self._last_seen.items())

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Do nothing. Unfinished work is dropped when the connection closes."""


class _Piece(NamedTuple):
    """A piece of work that was sent to a cluster."""

    future: Any
    machines: _Machines

    def result(self) -> Any:
        """Wait for the result."""
        return self.machines.result_of(self.future)


@contextmanager
def connected(cluster: str | Cluster) -> Iterator[tuple[Executor, int]]:
    """Connect to a cluster, for the time of a `with` block.

    Parameters
    ----------
    cluster : str or Cluster
        Address of the scheduler, `tcp://HOST:PORT`, or the address with the longest silence.

    Yields
    ------
    executor : concurrent.futures.Executor
        Executor that sends work to the workers.
    cores : int
        Number of cores of all workers.

    Raises
    ------
    OSError
        If no scheduler answers, if it has no worker, or if a worker has no mastosim or another
        version of it. LostError, which is one, if the connection is lost or the cluster is silent.
    ModuleNotFoundError
        Without the extra `cluster`.

    References
    ----------
    docs/architecture.md, section "Sweeps".
    """
    from distributed import CancelledError, Client, KilledWorker
    from distributed.comm.core import CommClosedError

    cluster = Cluster(cluster) if isinstance(cluster, str) else cluster
    address = cluster.address
    try:
        _check_scheduler(address)
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise OSError(errno.ECONNREFUSED, "no scheduler answers", address) from error
    try:
        cores = sum(client.ncores().values())
        if not cores:
            raise OSError(errno.ECONNREFUSED, "the scheduler has no worker", address)
        _check_versions(client, cluster)
        yield _Machines(client, cluster), cores
    except (CancelledError, CommClosedError) as error:
        raise LostError(errno.ECONNRESET, LOST, address) from error
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


def _check_versions(client: Any, cluster: Cluster) -> None:
    """Raise OSError if a worker has no mastosim, or another version, or does not answer."""
    address, silence = cluster
    try:
        answers = client.run(pkgutil.resolve_name, VERSION, callback_timeout=silence)
        versions = set(answers.values())
    except TimeoutError as error:
        raise LostError(errno.ETIMEDOUT, SILENT.format(silence), address) from error
    except (ImportError, AttributeError) as error:
        raise OSError(errno.EPROTO, f"a worker has no mastosim ({error})", address) from error
    if others := versions - {__version__}:
        message = f"a worker has mastosim {', '.join(sorted(others))}, this is {__version__}"
        raise OSError(errno.EPROTO, message, address)
