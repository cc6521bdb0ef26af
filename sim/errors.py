"""What a user is told of a request that is well written, and still cannot be done."""


class RequestError(ValueError):
    """A request that cannot be done as asked; the message says why, and what is allowed."""
