"""Plain words in YAML as people mean them: the rules of YAML 1.2, so that `no`, `on` and `12:30` stay text."""

from __future__ import annotations

import re
from math import isfinite

LONGEST_NUMBER = 300
"""Characters; JSON numbers are no longer."""
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(rf"{_WHOLE.pattern}|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_NUMBERS_BEGIN = frozenset("+-.0123456789")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def plain_value(text: str) -> str | int | float | None:
    """What a plain word stands for. Raises ValueError (message, hint) for one that could mean two things."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBERS_BEGIN or not _NUMBER.fullmatch(text):
        return text
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"This number has {len(text):,} digits.", "If it is meant as text, quote it.")
    if _LEADING_ZERO.fullmatch(text):
        hint = f'Write "{text}" for the text, {int(text)} for the number.'
        raise ValueError(f"{text} starts with a zero: a text, or a number?", hint)
    if "." not in text and _WHOLE.fullmatch(text):
        return int(text, 0)
    if not isfinite(number := float(text)):
        raise ValueError(f"{text} is larger than any number can be.", "If it is meant as text, quote it.")
    return number
