"""The value of knowing more, from draws of all parameters: arithmetic on arrays."""
