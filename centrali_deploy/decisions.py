"""What the conditions of a decision compare: whether a path leads to something, and whether a value can be compared with it.

What can never be true is an error; what the vendor documents in another way, and so is probably not meant, a warning.
Where the documentation says nothing, nothing is said: below `input` and a step's `output` everything may be there.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from centrali_deploy import flow
from centrali_deploy.kind import Finding
from centrali_deploy.paths import EACH, find

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from centrali_deploy.address import Path
    from centrali_deploy.errors import Severity
    from centrali_deploy.parts import Plain

STATUSES = ("succeeded", "failed")
"""What `steps.<id>.status` may be [D]."""
_RESULT = ("output", "status")
"""What the result of a step has [D]."""
_CONTEXT = ("workspaceSlug", "orchestrationId", "runId")
"""What `context` has [D]; it is said to be shared by the steps, but not how one of them adds to it."""
_ABSENT, _LISTS, _ORDERED = ("exists", "notExists"), ("in", "notIn"), ("gt", "gte", "lt", "lte")
_FALSE_IF_UNEQUAL = ("eq", "in")


def check(at: Path, step: Plain, ids: Sequence[str]) -> Iterator[Finding]:
    """Findings about every condition of one step of any shape; `at` is where it stands, `ids` are those of all steps."""
    for path, condition in find(step, ("cases", EACH, "conditions", EACH)):
        if isinstance(condition, dict):
            yield from _check_path((*at, *path, "path"), condition.get("path"), ids)
            yield from _check_value((*at, *path), condition, ids)


def _check_value(at: Path, condition: Plain, ids: Sequence[str]) -> Iterator[Finding]:
    op, value, place = condition.get("op"), condition.get("value"), (*at, "value")
    if not isinstance(op, str):
        return
    if op in _ABSENT:
        if value is not None:
            yield Finding(place, f"{op} takes no value.", "Leave value out.")
    elif "value" not in condition:
        yield Finding(at, f"{op} needs a value.", "Add value:.")
    elif op in _LISTS and not isinstance(value, list):
        yield Finding(place, f"{op} takes a list.", "Write value: [one, another].")
    elif op in _LISTS and not value:
        yield Finding(place, "The list is empty, so that no value is in it.", "List values.", _severity(op))
    elif op in _ORDERED and (value is None or isinstance(value, bool | list | dict)):
        severity: Severity = "error" if isinstance(value, list | dict) else "warning"
        yield Finding(place, f"{op} takes a number, or a text to be ordered by.", "For example value: 100.", severity)
    elif op in ("eq", "neq") and isinstance(value, list | dict):
        yield Finding(place, f"{op} takes a single value.", "A list is for in and notIn.", _severity(op))
    elif op not in _ORDERED and _rest(condition.get("path"), ids) == ["status"]:
        yield from _check_status(place, op, value)


def _check_status(place: Path, op: str, value: Any) -> Iterator[Finding]:  # noqa: ANN401 -- any plain value
    listed = value if op in _LISTS else [value]
    wrong = [(index, item) for index, item in enumerate(listed) if item not in STATUSES]
    severity: Severity = _severity(op) if len(wrong) == len(listed) else "warning"
    for index, item in wrong:
        if item is None or isinstance(item, str | bool | int | float):
            near = get_close_matches(str(item).lower(), STATUSES, n=1)
            hint = f"{f'Did you mean {near[0]}? ' if near else ''}It is {' or '.join(STATUSES)}."
            said = f"{json.dumps(item, ensure_ascii=False)} is not a status of a step."
            yield Finding((*place, index) if op in _LISTS else place, said, hint, severity)


def _severity(op: str) -> Severity:
    """Of a comparison with what is never there: it is never true, or else it always is."""
    return "error" if op in _FALSE_IF_UNEQUAL else "warning"


def _check_path(place: Path, path: object, ids: Sequence[str]) -> Iterator[Finding]:
    """What a path says behind `context` or the id of a step that there is."""
    if not isinstance(path, str):
        return
    shared = path.startswith("context.")
    rest = path.split(".")[1:] if shared else _rest(path, ids)
    known = _CONTEXT if shared else _RESULT
    if rest == []:
        yield Finding(place, f'"{path}" is the whole result of a step.', f"Write {path}.output or {path}.status.", "warning")
    elif rest and rest[0] not in known:
        near = get_close_matches(rest[0], known, n=1)
        begins = path.removesuffix(".".join(rest))
        hint = f"Did you mean {'.'.join([begins + near[0], *rest[1:]])}?" if near else f"Documented are {', '.join(known)}."
        yield Finding(place, f'{"context" if shared else "The result of a step"} has no documented "{rest[0]}".', hint, "warning")
    elif rest and len(rest) > 1 and rest[0] != "output":
        yield Finding(place, f'"{path}" leads nowhere.', f"{rest[0]} is a text, with nothing inside.", "warning")


def _rest(path: object, ids: Sequence[str]) -> list[str] | None:
    """What a path says behind the id of a step; None when it names no step that there is."""
    name = flow.named(path, ids) if isinstance(path, str) else None
    if name is None or name not in ids:
        return None
    behind = str(path).removeprefix(f"steps.{name}")
    return behind[1:].split(".") if behind else []
