"""A scenario file as text: nodes and their places, layers over one another, sources taken off."""
