"""Long texts made short, and cut into pieces that fit into records.

Short ones stay as they are, so that people who look at a record can read it.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

SHORT = 2000
"""Characters of a text that is not made shorter."""
LARGEST = 512 * 1024 * 1024
"""Bytes that a text may have when it is whole again."""
_MARK = "z:"


def compact(value: Any) -> str:  # noqa: ANN401 -- any JSON value
    """A JSON value as a plain text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def packed(value: Any) -> str:  # noqa: ANN401 -- any JSON value
    """A JSON value as a text, which is plain JSON when it is short."""
    text = compact(value)
    return text if len(text) <= SHORT else _MARK + base64.b64encode(zlib.compress(text.encode())).decode()


def unpacked(text: str) -> Any:  # noqa: ANN401 -- any JSON value
    """The JSON value again. Raises ValueError when the text is damaged."""
    if text.startswith(_MARK):
        whole = zlib.decompressobj()
        try:
            content = whole.decompress(base64.b64decode(text.removeprefix(_MARK), validate=True), LARGEST)
        except zlib.error as error:
            raise ValueError(str(error)) from error
        if not whole.eof:
            msg = "the text is cut short, or too long"
            raise ValueError(msg)
        text = content.decode()
    try:
        return json.loads(text)
    except RecursionError as error:
        msg = "the text is nested too deeply"
        raise ValueError(msg) from error


def pieces(text: str, first: int, others: int) -> tuple[str, list[str]]:
    """A text cut into a first piece of at most so many characters, and others."""
    return text[:first], [text[at : at + others] for at in range(first, len(text), others)]


def joined(first: str, others: Sequence[str]) -> str:
    """The whole text again."""
    return "".join((first, *others))
