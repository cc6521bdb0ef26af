"""The error for a request that is well formed and cannot be carried out."""


class RequestError(ValueError):
    """A request that cannot be carried out. The message names the reason and what is allowed."""
