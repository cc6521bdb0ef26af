"""The commands as Python functions, with the names and the options of the commands.

`scenarios` has what reads a scenario, `simulating` and `trials` what simulates patients and trials,
`sweeps` sweeps, and `kept` what works on a kept result.
"""
