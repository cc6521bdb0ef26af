"""The batch engine: the functions of the model in a compiled loop over many patients.

Without numba the functions run as plain Python: slower, with the same log.
"""

from __future__ import annotations

import numpy as np

from sim.simulation import compiled_loop
from sim.simulation.lives import OUT, empty_log
from sim.simulation.machine_code import Loop
from sim.simulation.records import KINDS, STATE, Inputs, Log, OutOfDraws

ROWS_PER_PATIENT = 128
"""Rows of the log that are allocated per patient at first. A full log continues in a larger one."""


def simulate(inputs: Inputs, follow: Loop | None = None) -> Log:
    """Follow every patient to death or the end of follow-up, with the compiled loop.

    Parameters
    ----------
    inputs : Inputs
        Parameters of one arm, its patients and their random numbers.
    follow : callable, optional
        Loop over the patients; `compiled_loop.loop()` by default.

    Returns
    -------
    Log
        One row per event, by patient, then in order of time.

    Raises
    ------
    OutOfDraws
        If a patient has more fractures than random numbers were prepared for.

    References
    ----------
    docs/architecture.md, section "One patient".
    """
    follow = compiled_loop.loop() if follow is None else follow
    params, count = inputs.params.reshape(1), len(inputs.patients)
    states, due = np.zeros(2, STATE), np.zeros(KINDS, np.int64)
    done, parts, room = 0, [], 0
    while done < count:
        room = max(2 * room, ROWS_PER_PATIENT * (count - done))
        log = empty_log(room)
        done, rows = follow(params, inputs.patients, inputs.draws, states, due, log, done)
        if rows == OUT:
            raise OutOfDraws
        parts.append(Log._make(column[:rows] for column in log))
    if len(parts) == 1:
        return parts[0]
    return Log._make(np.concatenate(columns) for columns in zip(*parts, strict=True))
