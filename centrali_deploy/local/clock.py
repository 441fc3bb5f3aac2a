"""The clock of a local workspace: the machine's, moved forward by as much as somebody has asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from centrali_deploy.local.handling import body_of
from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from centrali_deploy.local.invoking import Caller
    from centrali_deploy.local.store import Store

CLOCK_PATH = "/local/clock"
"""Not a path of the API: only a local workspace has a clock that can be moved."""
_FACT = "clock moved by"


class Clock:
    """Unix seconds. What it was moved by is kept in the database, so that a restart does not turn it back."""

    def __init__(self, store: Store, base: Callable[[], float]) -> None:
        """Begin where it was left."""
        self._store, self._base = store, base
        self._moved = float(store.fact(_FACT, "0"))

    def __call__(self) -> float:
        """The time in this workspace."""
        return self._base() + self._moved

    async def move(self, _caller: Caller, request: Request) -> Response:
        """Move the clock by `{advance: seconds}`, and answer what it was moved by in all and the time it shows."""
        seconds = (await body_of(request)).get("advance", 0)
        is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        if not is_number or not 0 <= seconds <= _FURTHEST or self._moved + seconds > _IN_ALL:
            raise Refused(400, "advance must be seconds", [("advance", "must be a number of seconds, forward")])
        self._moved += seconds
        self._store.run("update facts set value = ? where name = ?", [(json.dumps(self._moved), _FACT)])
        return JSONResponse({"advanced": self._moved, "now": self()})


_FURTHEST = 10 * 366 * 86_400
"""Seconds: ten years."""
_IN_ALL = 10 * _FURTHEST
"""Seconds: no calendar goes on for ever."""
