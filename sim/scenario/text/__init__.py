"""From the text of a file to a plain document: nodes, layers, settings, sources."""
