"""Words of the API that repeat a secret are not passed on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from centrali_deploy.wire import ErrorSaid

if TYPE_CHECKING:
    from collections.abc import Iterable


_SHORTEST = 4
"""Characters; anything shorter is in most sentences."""


def withheld(said: ErrorSaid, text: str, secrets: Iterable[str]) -> ErrorSaid:
    """The API's words, unless the answer they are from repeats a secret that was sent: plain, as JSON, or folded."""
    words = (text, said.message, said.code, said.request_id, *(word for pair in said.fields for word in pair))
    forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
    if not any(form in word for form in forms for word in words):
        return said
    return ErrorSaid("its answer is not shown, because it repeats a secret")


def _forms(secret: str) -> tuple[str, ...]:
    return secret, json.dumps(secret)[1:-1], " ".join(secret.split())
