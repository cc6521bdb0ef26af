"""The forms in which citations are written."""

from __future__ import annotations

import json

from sim.display.citations.bibtex import as_bibtex
from sim.display.citations.csl import as_csl
from sim.display.citations.text import as_text
from sim.scenario import Study


def cite(study: Study, form: str = "text") -> str:
    """What a study rests on: `text` for people, `bibtex`, or `csl` (CSL-JSON)."""
    if form == "csl":
        return json.dumps(as_csl(study), indent=1, ensure_ascii=False)
    return "\n".join(as_bibtex(study) if form == "bibtex" else as_text(study))
