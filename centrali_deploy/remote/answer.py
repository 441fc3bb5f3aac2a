"""What came back for one request, read as far as it can be read."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from centrali_deploy.wire import RETRY_AFTER

if TYPE_CHECKING:
    from collections.abc import Mapping

_PASSING = frozenset({500, 502, 503, 504})
_LONGEST_WAIT = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `body` is JSON, or None when the text is not."""

    status: int
    body: Any
    text: str
    headers: Mapping[str, str]
    is_json: bool = True

    @property
    def final(self) -> bool:
        """Whether no further try makes more of it: a web page that is no passing failure."""
        return self.is_page and self.status not in _PASSING

    @property
    def is_page(self) -> bool:
        """Whether it is a web page, which no further try turns into an answer."""
        start = self.text[:2000].lower()
        return self.body is None and ("<html" in start or "<!doctype" in start)

    @classmethod
    def read(cls, status: int, content: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer that these bytes are."""
        text = content.decode(errors="replace")
        try:
            return cls(status, json.loads(content) if content.strip() else None, text, headers)
        except (ValueError, RecursionError):
            return cls(status, None, text, headers, is_json=False)

    @property
    def broken(self) -> str:
        """What is wrong with an answer that says nothing usable; empty when there is nothing."""
        if self.status in _PASSING:
            return f"The API failed with {self.status}"
        if self.status >= 300 or self.is_json:  # noqa: PLR2004 -- an HTTP status
            return ""
        if self.is_page:
            return f"The answer ({self.status}) is a web page, not JSON; something stands between us and the API, or the URL is not its"
        return f"The answer ({self.status}) is cut short or not JSON"

    def retry_after(self, otherwise: float) -> float:
        """Seconds the API asks to wait, written as a number or as a date [D]; at most ten minutes."""
        text = self.headers.get(RETRY_AFTER, "")
        try:
            seconds = float(text)
        except ValueError:
            try:
                seconds = parsedate_to_datetime(text).timestamp() - time.time()
            except (ValueError, OverflowError):
                return otherwise
        return max(0.0, min(seconds, _LONGEST_WAIT))
