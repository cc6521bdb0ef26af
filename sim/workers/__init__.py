"""Work in pieces on one core, several cores, or a cluster."""
