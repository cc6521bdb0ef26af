"""Work in pieces on one core, several, or a cluster."""
