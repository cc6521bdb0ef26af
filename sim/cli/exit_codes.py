"""The exit codes of every command. 0 is done; the shell itself uses those above 127."""

BUG = 1
"""An error of the program; the details are in a log file."""

WRONG_USAGE = 2
"""A command, an option or a file that cannot be used as it was given."""

NOT_VALID = 3
"""A scenario or a sweep file with mistakes."""

SOME_POINTS_FAILED = 4
"""Some points of a sweep could not be simulated; the others are kept."""

A_CHECK_DIFFERS = 5
"""A file of `rerun` is not what it was, or a check of `verify` failed."""

RESUMABLE = 6
"""A cluster was lost; finished work is kept, and the same command continues it."""

INTERRUPTED = 130
"""Stopped by the user."""
