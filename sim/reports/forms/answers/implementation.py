"""Answers on the implementation: software, random numbers, execution, machine, access."""

from __future__ import annotations

from sim.display.citations import SOFTWARE
from sim.reports.forms.given import Given


def software(given: Given) -> str:
    """mastosim, Python, libraries and system, with the versions that made the result."""
    made = given.main.manifest
    libraries = ", ".join(f"{name} {version}" for name, version in made.libraries.items())
    return (
        f"mastosim {made.mastosim} (model {made.model}), Python {made.python}, {libraries}, on "
        f"{made.machine}."
    )


def sampling(given: Given) -> str:
    """The generator, the address of each number, and common random numbers."""
    return (
        "Philox, a counter-based generator (numpy). Each number has an address: seed, stream (such "
        f"as `fracture hip`), use and patient. The seed is {given.main.manifest.seed}. A patient "
        "has the same numbers in every arm and scenario (common random numbers), whatever the "
        "number of patients and of processes."
    )


def execution(given: Given) -> str:
    """The event mechanism of the engine that made the result; processes."""
    engine = given.main.manifest.options.get("engine")
    made = {
        "simpy": " This result was made by SimPy.",
        "batch": " This result was made by the compiled loop.",
    }
    return (
        "Process interaction in SimPy, or a compiled loop that takes the earliest event of a "
        f"patient; both give the same log to the last bit.{made.get(str(engine), '')} No entities "
        "compete, so there are no rules of priority but the order of events on one day. Patients "
        "are simulated in blocks, in one or more processes; the results do not depend on their "
        "number."
    )


def system(given: Given) -> str:
    """Run time and kind of machine; results do not depend on the hardware."""
    made = given.main.manifest
    time = f"{made.seconds:g} seconds" if made.seconds else "Run time not recorded,"
    return f"{time} on {made.machine}. The results do not depend on the hardware."


def access(given: Given) -> str:
    """Licence, version, commit and digest, and the command that repeats the result."""
    made = given.main.manifest
    commit = f", commit {made.git_commit}" if made.git_commit else ""
    return (
        f"{SOFTWARE['title']} {made.mastosim}{commit}, licence {SOFTWARE['license']}. "
        f"{repeatable(given)}"
    )


def repeatable(given: Given) -> str:
    """The command that repeats the result and compares each data file."""
    made = given.main.manifest
    return (
        f"`mastosim rerun {given.main.folder.name}` repeats the result from its manifest.json, "
        f"which holds every number, and compares each of its {len(made.files)} data files to the "
        "byte."
    )
