"""mastosim: treatment outcomes in osteoporosis from systemic mastocytosis, simulated event by event."""
