"""Answers from the checks of `mastosim verify`."""

from __future__ import annotations

from collections.abc import Sequence

from sim.reports.forms.given import Given, named

NOT_APPLICABLE = "not applicable"


def verdicts(given: Given, checks: Sequence[str]) -> str | None:
    """The verdict of each check with its evidence; None without a verification."""
    kept = next(given.of_kind("verification"), None)
    if kept is None:
        return None
    table = kept.table("checks", ["check", "verdict", "evidence"])
    rows = table[table["check"].isin(checks)].to_dict("records")
    lines = [f"{row['check']}: {row['verdict']} ({row['evidence']})" for row in rows]
    applies = any(row["verdict"] != NOT_APPLICABLE for row in rows)
    text = "\n".join([*lines, f"From {named(kept)}."])
    return text if applies else f"{NOT_APPLICABLE}: {text}"


def other_checks(given: Given) -> str | None:
    """How many checks of the program passed, and which failed; None without a verification."""
    kept = next(given.of_kind("verification"), None)
    if kept is None:
        return None
    verdict = kept.table("checks", ["check", "verdict"]).set_index("check")["verdict"]
    counts = ", ".join(f"{count} {word}" for word, count in verdict.value_counts().items())
    failed = "; ".join(verdict.index[verdict == "failed"])
    return (
        f"{len(verdict)} checks of the program on this scenario with {kept.manifest.patients} "
        f"patients: {counts}{f' ({failed})' if failed else ''} ({named(kept)}). "
        "docs/verification.md describes each check and the faults that it finds."
    )
