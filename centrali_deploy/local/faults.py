"""Faults on purpose: which requests fail, how, and how often, so that retries and partial failures can be tried out."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Literal

Failure = Literal["refuse", "429", "500-before", "500-after", "lost-after", "slow", "truncated", "html", "400", "401", "403"]


@dataclass
class Fault:
    """Requests whose method and path match fail this way: `times` times (None: always), after `skip` that do not.

    `refuse` drops the connection at once; `500-after` and `lost-after` do so when the effect has taken place.
    `seconds` is how long `slow` waits.
    """

    method: str
    path: str
    failure: Failure
    times: int | None = 1
    skip: int = 0
    seconds: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def strikes(self, method: str, path: str) -> bool:
        """Whether this request fails; counts it."""
        if self.method not in {method, "*"} or not re.search(self.path, path):
            return False
        with self._lock:
            if self.skip > 0:
                self.skip -= 1
                return False
            if self.times is None:
                return True
            self.times -= 1
            return self.times >= 0
