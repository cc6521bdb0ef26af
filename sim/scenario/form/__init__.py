"""The forms of a scenario file: every key, its unit and its allowed values."""
