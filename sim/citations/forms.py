"""The forms in which citations are written."""

from __future__ import annotations

import json
from typing import Literal

from sim.citations.bibtex import as_bibtex
from sim.citations.csl import as_csl
from sim.citations.text import as_text
from sim.scenario import Study

Form = Literal["text", "bibtex", "csl"]


def cite(study: Study, form: Form = "text") -> str:
    """What a study rests on, as text for people, as BibTeX, or as CSL-JSON."""
    if form == "csl":
        return json.dumps(as_csl(study), indent=1, ensure_ascii=False)
    return "\n".join(as_bibtex(study) if form == "bibtex" else as_text(study))
