"""The forms of a scenario file described for editors."""
