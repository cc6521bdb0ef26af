"""Checks of a scenario: of each form, and of parts that depend on each other."""
