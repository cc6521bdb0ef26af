"""How many examples a property is tried on: a few by default, twenty times as many on request.

`pytest --hypothesis-profile deep` asks for the many; `make validation` does.
"""

from typing import Any

from hypothesis import settings

USUAL = settings.get_profile("default").max_examples

settings.register_profile("deep", max_examples=20 * USUAL)


def examples(count: int, **options: Any) -> settings:
    """Settings of a property: the same examples in every run, without a limit of time."""
    many = count * settings().max_examples // USUAL
    return settings(max_examples=many, deadline=None, derandomize=True, **options)
