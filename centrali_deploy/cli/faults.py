"""The file of `serve --faults`: which requests fail on purpose, read from YAML, with the place of everything that is wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.local.faults import Failure, Fault
from centrali_deploy.manifest.documents import read_document
from centrali_deploy.manifest.words import near_member, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from centrali_deploy.address import Path as Place

ALWAYS = "always"
FAILURES = get_args(Failure)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "*")
_LONGEST_WAIT = 3600
_EXAMPLE = "For example: - {method: POST, path: /compute-functions$, failure: 500-after}"


def read_faults(file: str) -> tuple[Fault, ...]:
    """The faults of a file, in its order. Raises ManifestError with every problem found."""
    document = read_document(Path(file), file)
    wrong = list(_wrong(document.data))
    if wrong:
        places = document.places
        raise ManifestError(Problem(places.nearest(place) or Position(file), "", message, hint) for place, message, hint in wrong)
    return tuple(_fault(written) for written in document.data)


def _fault(written: dict[str, Any]) -> Fault:
    times = written.get("times", 1)
    return Fault(
        written.get("method", "*"),
        written["path"],
        _text(written["failure"]),
        None if times == ALWAYS else times,
        written.get("skip", 0),
        float(written.get("seconds", 0)),
    )


def _text(value: Any) -> Any:  # noqa: ANN401 -- whatever the file holds
    """A status is a number in YAML, and a word here."""
    return str(value) if type(value) is int else value


def _wrong(faults: Any) -> Iterator[tuple[Place, str, str]]:  # noqa: ANN401 -- whatever the file holds
    if not isinstance(faults, list) or not faults:
        yield (), "A file of faults is a list.", _EXAMPLE
        return
    for index, fault in enumerate(faults):
        if isinstance(fault, dict):
            yield from (((index, *place), message, hint) for place, message, hint in _wrong_in(fault))
        else:
            yield (index,), f"{shown(fault)} is not a fault.", _EXAMPLE


def _wrong_in(fault: dict[str, Any]) -> Iterator[tuple[Place, str, str]]:
    for member, value in fault.items():
        if member not in _MEMBERS:
            near = near_member(str(member), _MEMBERS)
            hint = f"Did you mean {near}?" if near else f"Members are: {', '.join(_MEMBERS)}."
            yield (member,), f'"{member}" is not a member of a fault.', hint
        elif hint := _MEMBERS[member](value):
            yield (member,), f'"{member}" is {shown(value)}.', hint
    for member in ("path", "failure"):
        if member not in fault:
            yield (), f"This fault has no {member}.", _MEMBERS[member](None)
    if fault.get("failure") == "slow" and "seconds" not in fault:
        yield ("failure",), "This fault does not say how slow.", "Add seconds: for example seconds: 2."


def _method(value: Any) -> str:  # noqa: ANN401 -- whatever the file holds
    if isinstance(value, str) and value.upper() in METHODS and value not in METHODS:
        return f"Write {value.upper()}."
    return "" if value in METHODS else f'It is {", ".join(METHODS[:-1])} or "*".'


def _path(value: Any) -> str:  # noqa: ANN401 -- whatever the file holds
    if not isinstance(value, str) or not value:
        return "It is a regular expression that is searched in the path: /structures, or /structures$."
    try:
        re.compile(value)
    except re.error as error:
        return f"It is not a regular expression: {error}."
    return ""


def _failure(value: Any) -> str:  # noqa: ANN401 -- whatever the file holds
    if _text(value) in FAILURES:
        return ""
    near = near_member(str(value), FAILURES)
    return f"{f'Did you mean {near}? ' if near else ''}It is one of {', '.join(FAILURES)}."


def _times(value: Any) -> str:  # noqa: ANN401 -- whatever the file holds
    return "" if value == ALWAYS or (type(value) is int and value > 0) else f"It is how often: a whole number from 1, or {ALWAYS}."


def _skip(value: Any) -> str:  # noqa: ANN401 -- whatever the file holds
    return "" if type(value) is int and value >= 0 else "It is how many requests pass before: a whole number."


def _seconds(value: Any) -> str:  # noqa: ANN401 -- whatever the file holds
    good = type(value) in {int, float} and 0 <= value <= _LONGEST_WAIT
    return "" if good else f"It is how long to wait: a number of seconds up to {_LONGEST_WAIT}."


_MEMBERS: dict[str, Callable[[Any], str]] = {
    "method": _method,
    "path": _path,
    "failure": _failure,
    "times": _times,
    "skip": _skip,
    "seconds": _seconds,
}
"""What a fault may say, each with what tells how it should be (empty: it is good)."""
