"""What a reviewer needs: what the intervals mean, how arms are paired, and how to do it again."""

from __future__ import annotations

from collections.abc import Iterator

from sim.reports.page.contents import Contents
from sim.reports.page.sections import Section
from sim.results import Kept
from sim.results.manifest import FILE
from sim.scenario.text.settings import in_words


def section(contents: Contents) -> Section:
    """Error, pairing, and the record of each result: command, digest, seed, versions, files."""
    facts = {
        "records": [_record(kept) for kept in (contents.kept, *contents.others)],
        "is_paired": contents.is_run and len(contents.study.scenario.arms) > 1,
        "clinics": contents.study.scenario.clinics,
        "verified": bool(contents.of_kind("verification")),
        "manifest": FILE,
    }
    return Section("rerun", "Rerun", "Error, pairing, and how to rerun it", "record.html", facts)


def _record(kept: Kept) -> dict[str, object]:
    manifest = kept.manifest
    return {
        "name": f"{manifest.kind} of {manifest.about}",
        "rows": [*_rows(kept)],
        "files": manifest.files,
    }


def _rows(kept: Kept) -> Iterator[tuple[str, str]]:
    manifest = kept.manifest
    changed = "; ".join(in_words(one.path, one.old, one.new) for one in manifest.settings)
    yield "To rerun", f"mastosim rerun {kept.folder.name}"
    yield "Made by", manifest.command or "a call from Python"
    yield "Changed values", changed or "none"
    yield "Patients, seed", f"{manifest.patients}, {manifest.seed}"
    yield "Digest of the result", manifest.digest
    yield "Fingerprint of the model", manifest.model
    libraries = (f"{name} {version}" for name, version in manifest.libraries.items())
    yield "Versions", f"mastosim {manifest.mastosim}; {', '.join(libraries)}"
    yield "Written", manifest.written
