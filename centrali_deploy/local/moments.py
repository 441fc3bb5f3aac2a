"""Points in time as the API writes them: ISO 8601 in UTC with milliseconds [D], so that their order is the order of the texts."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FORM = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)


def written(seconds: float) -> str:
    """Unix seconds as text. Raises ValueError when no calendar has them."""
    try:
        return _text(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, OSError) as error:
        raise ValueError(seconds) from error


def read(text: object) -> str | None:
    """A date, or a date and time, in the one form; without an offset it is meant in UTC [I]. None for anything else."""
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
        return _text(found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
