"""References: the publications that a scenario uses, and mastosim itself, in several formats."""

from __future__ import annotations

import json

from sim.display.citations.bibtex import as_bibtex
from sim.display.citations.csl import as_csl
from sim.display.citations.publications import SOFTWARE, Cited, cited
from sim.display.citations.text import as_text
from sim.errors import RequestError
from sim.scenario import Study

__all__ = ["SOFTWARE", "Cited", "as_bibtex", "as_csl", "as_text", "cite", "cited"]

FORMS = ("text", "bibtex", "csl")


def cite(study: Study, form: str = "text") -> str:
    """List the publications that a study uses, and mastosim, as references.

    Parameters
    ----------
    study : Study
        Study, as read by `sim.scenario.load`.
    form : {"text", "bibtex", "csl"}
        Plain text with the use of each publication, BibTeX, or CSL-JSON.

    Returns
    -------
    str
        The references.

    Raises
    ------
    RequestError
        For another form.

    Examples
    --------
    >>> from sim.scenario import load
    >>> print(cite(load("scenarios/laroche2011.yaml")).splitlines()[1])
    The scenario is based on 15 publications.
    """
    if form == "csl":
        return json.dumps(as_csl(study), indent=1)
    if form == "bibtex":
        return "\n".join(as_bibtex(study))
    if form == "text":
        return "\n".join(as_text(study))
    raise RequestError(f"there is no form {form!r} of references; allowed: {', '.join(FORMS)}")
