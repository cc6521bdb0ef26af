"""Economics for tests: prices and utilities for what the generated scenarios can hold."""

from __future__ import annotations

from typing import Any

SITES = ("vertebral", "hip", "other")
PRICED: dict[str, Any] = {
    "perspective": "a test",
    "currency": "EUR",
    "price_year": 2025,
    "discount": {"costs": "4 %/year", "health": "2.5 %/year", "after_30_years": "1.5 %/year"},
    "costs": {
        "therapies": {
            "pamidronate": {"per_infusion": "396 EUR", "per_missed_infusion": "7 EUR"},
            "interferon": {"per_dose": "21.44 EUR"},
        },
        "measurements": {"dxa": "40 EUR", "markers": "41 EUR"},
        "fractures": {
            site: {"on_fracture": f"{2000 + 10 * i} EUR", "each_year_after": f"{300 + i} EUR/year"}
            for i, site in enumerate(SITES)
        },
        "reactions": {"acute_phase": "15 EUR"},
    },
    "quality": {
        "baseline": {"female": "0.895", "male": "0.915"},
        "combine": "multiply",
        "fractures": {
            site: {"first_year": f"{0.6 + i / 10:g}", "later": f"{0.8 + i / 20:g}"}
            for i, site in enumerate(SITES)
        },
        "reactions": {"acute_phase": {"loss": "0.21", "for": "3 days"}},
        "therapies": {
            "interferon": {"loss": "0.02", "at_start": {"loss": "0.21", "for": "14 days"}}
        },
    },
    "thresholds": ["20000 EUR", "50000 EUR"],
}
"""Prices and utilities of the therapies and the reaction of scenarios/laroche2011.yaml."""
