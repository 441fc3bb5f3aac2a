"""Members and their values as plain lines: short ones beside each other, long texts as differences."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import path_text
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.model import Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from centrali_deploy.address import Address
    from centrali_deploy.plan.model import FieldChange

    Paint = Callable[[str, str], str]

_SIDES = {"theirs": "somebody else changed it", "both": "somebody else changed it, too"}
_LONGEST = 200
_WIDTH = 76
_MOST_LINES = 5000


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def field_lines(address: Address, field: FieldChange, paint: Paint, *, new: bool = False) -> Iterator[str]:
    """One member, from what to what; of something `new`, only what it is going to be."""
    name = path_text(field.path)
    kind = KINDS[address.kind]
    notes = [field.note, _SIDES.get(field.side, "")]
    note = "".join(f" ({each})" for each in notes if each)
    if field.path == (kind.text_member,):
        yield from _text(name, field, note, paint)
    elif new:
        yield from _block(f"{name}: ", field.after)
    elif field.before is Mark.ABSENT and isinstance(field.after, dict | list):
        yield from _block(f"{name}: {paint('(not set)', 'red')} -> ", field.after)
    else:
        before = "(not set)" if field.before is Mark.ABSENT else _value(field.before)
        after = "(removed)" if field.after is Mark.ABSENT else _value(field.after)
        yield f"{name}: {paint(before, 'red')} -> {paint(after, 'green')}{note}"


def _block(head: str, value: Any) -> Iterator[str]:  # noqa: ANN401 -- any JSON value
    """A value on the line of its head where it fits, or below it, as YAML would have it."""
    if not isinstance(value, dict | list) or len(head) + len(_value(value)) <= _WIDTH:
        yield head + _value(value)
    else:
        yield head.rstrip()
        yield from (f"  {line}" for line in _lines(value))


def _lines(value: dict[str, Any] | list[Any]) -> Iterator[str]:
    if isinstance(value, dict):
        for member, inside in value.items():
            yield from _block(f"{member}: ", inside)
        return
    for item in value:
        fits = not isinstance(item, dict | list) or len(_value(item)) <= _WIDTH
        first, *rest = [_value(item)] if fits else _lines(item)
        yield f"- {first}"
        yield from (f"  {line}" for line in rest)


def _text(name: str, field: FieldChange, note: str, paint: Paint) -> Iterator[str]:
    after = str(field.after)
    if field.before is Mark.ABSENT:
        yield f"{name}: {counted(len(_split(after)), 'line')}"
        return
    yield f"{name}:{note}"
    before = _split(str(field.before))
    if len(before) + len(_split(after)) > _MOST_LINES:
        yield f"  {len(before)} lines -> {len(_split(after))} lines (too long to show)"
        return
    for line in list(difflib.unified_diff(before, _split(after), lineterm="", n=3))[2:]:
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[0], "")
        yield f"  {paint(line, style)}"


def _split(text: str) -> list[str]:
    """Lines as the API counts them: by newline alone, whatever its form."""
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else [*lines[:-1], f"{lines[-1]}  (no newline at the end)"]


def _value(value: Any) -> str:  # noqa: ANN401 -- any JSON value
    if isinstance(value, Mark):
        return "(secret)" if value is Mark.SECRET else "(absent)"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{member}: {_value(inside)}" for member, inside in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"
