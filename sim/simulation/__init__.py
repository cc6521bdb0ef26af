"""A study in, a log of events out: random numbers, lowering, the model and its two engines."""
