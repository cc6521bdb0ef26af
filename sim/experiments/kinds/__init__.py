"""The kinds of result, one file each: how it is kept, shown again, and done again.

`sim.experiments.verbs` says which verb of the command line works on which kind.
"""
