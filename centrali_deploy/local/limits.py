"""How many requests a minute an account may send, by class of method: the headers that say so and the 429 that stops it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from centrali_deploy.local.refusing import Refused
from centrali_deploy.wire import RATE_LIMIT, RATE_REMAINING, RATE_RESET, RETRY_AFTER

if TYPE_CHECKING:
    from collections.abc import Mapping

FREE: Mapping[str, int] = {"read": 1_000, "write": 100, "delete": 50}
PRO: Mapping[str, int] = {"read": 10_000, "write": 1_000, "delete": 500}
"""Requests a minute of the published plans [D]."""
_MINUTE = 60


@dataclass
class Limits:
    """Counts requests in windows of one minute that begin on the minute [I]. Not `enforced`: only the headers speak of it."""

    plan: Mapping[str, int] = field(default_factory=lambda: PRO)
    enforced: bool = False
    _used: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def take(self, method: str, workspace: str, now: float) -> None:
        """Count a request. Refuses with 429 and the seconds to wait when the minute's requests are used up."""
        key, minute, used = self._state(method, workspace, now)
        if self.enforced and used >= self.plan[key[0]]:
            raise Refused(429, "Rate limit exceeded", headers={RETRY_AFTER: str(max(1, int((minute + 1) * _MINUTE - now)))})
        self._used[key] = (minute, used + 1)

    def headers(self, method: str, workspace: str, now: float) -> dict[str, str]:
        """The headers of an answer; the reset is a Unix time in seconds [D]."""
        key, minute, used = self._state(method, workspace, now)
        limit = self.plan[key[0]]
        return {RATE_LIMIT: str(limit), RATE_REMAINING: str(max(0, limit - used)), RATE_RESET: str((minute + 1) * _MINUTE)}

    def _state(self, method: str, workspace: str, now: float) -> tuple[tuple[str, str], int, int]:
        key = ({"GET": "read", "DELETE": "delete"}.get(method, "write"), workspace)
        minute, used = self._used.get(key, (0, 0))
        current = int(now) // _MINUTE
        return key, current, used if minute == current else 0
