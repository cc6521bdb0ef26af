"""Mistakes of a scenario: those of its forms, and those that several parts make together."""
