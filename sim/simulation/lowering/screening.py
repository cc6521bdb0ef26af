"""Which arms allow lives to be screened: those whose every factor on a hazard has a known bound."""

from __future__ import annotations

from typing import Any


def may_be_screened(params: Any) -> bool:
    """Whether the lives of a study may be screened before they are followed with hazards.

    The list is closed. The hazard of each site falls as bone density rises or stays the same, no
    regimen raises the hazard of a fracture or acts on other deaths, and no row of effects has an
    accrual of its own. Whatever else is in a scenario has its bound in `model.screening`.

    Parameters
    ----------
    params : record of PARAMS
        Parameters that the arms share.

    Returns
    -------
    bool
        False if every life is followed in full at once.

    References
    ----------
    docs/screening.md.
    """
    *of_sites, of_mortality = params["log_ratio"]
    return bool(
        (params["log_gradient"] >= 0.0).all()
        and all((of_site[1:] <= 0.0).all() for of_site in of_sites)
        and (of_mortality == 0.0).all()
        and params["own_rows"] == 0
    )
