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


def economics_for(scenario: Any) -> dict[str, Any]:
    """Prices and utilities of everything that a scenario can hold."""
    therapies = scenario.therapies
    is_course = {name: hasattr(of, "times_per_week") for name, of in therapies.items()}
    reactions = {name for of in therapies.values() for name in getattr(of, "reactions", {})}
    loss = {"loss": "0.02", "at_start": {"loss": "0.21", "for": "14 days"}}
    prices = {
        True: {"per_dose": "21 EUR"},
        False: {"per_infusion": "396 EUR", "per_missed_infusion": "7 EUR"},
    }
    costs = {
        "therapies": {name: prices[course] for name, course in is_course.items()},
        "measurements": {"dxa": "40 EUR", "markers": "41 EUR"},
        "reactions": dict.fromkeys(sorted(reactions), "15 EUR"),
    }
    quality = {
        "reactions": {name: {"loss": "0.21", "for": "30 days"} for name in sorted(reactions)},
        "therapies": dict.fromkeys(therapies, loss),
    }
    both = {"costs": PRICED["costs"] | costs, "quality": PRICED["quality"] | quality}
    return PRICED | both
