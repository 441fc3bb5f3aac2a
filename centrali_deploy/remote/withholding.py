"""Words of the API that repeat a secret are not passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.wire import ErrorSaid

if TYPE_CHECKING:
    from collections.abc import Iterable


_SHORTEST = 4
"""Characters; anything shorter is in most sentences."""


def withheld(said: ErrorSaid, secrets: Iterable[str]) -> ErrorSaid:
    """The API's words, unless they repeat a secret that was sent to it."""
    words = (said.message, said.code, said.request_id, *(text for pair in said.fields for text in pair))
    if not any(secret in word for secret in secrets if len(secret) >= _SHORTEST for word in words):
        return said
    return ErrorSaid("its answer is not shown, because it repeats a secret")
