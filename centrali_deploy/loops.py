"""Triggers that set themselves off again: through their own function, or in a circle of triggers and functions.

What the vendor's table says of events and calls [D], for calls whose structure can be read from the code.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from centrali_deploy.address import Address
from centrali_deploy.javascript import facts
from centrali_deploy.runtime import LOOPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.javascript import Call
    from centrali_deploy.kind import Others
    from centrali_deploy.parts import Plain


def loops_of(trigger: Address, others: Others) -> Iterator[tuple[str, str]]:
    """What is wrong, and the way out; a circle is told once, at the trigger whose name comes first."""
    spec = others.specs[trigger]
    if not _listens(spec):
        return
    event, slug = _event(spec)
    here = [call for call in _calls(spec, others) if call.slug == slug or (call.same and event == "record_updated")]
    if again := [call for call in here if call.method in LOOPS.get(event, ())]:
        said = f"api.{again[0].method}({'recordId' if again[0].same else repr(slug)})"
        hint = f"{spec['function']} calls {said} at line {again[0].spot.line} of its code: the API may refuse it."
        yield f"This would run itself again and again: {event} on {slug}.", hint
    elif (circle := _circle(trigger, others)) and trigger == min(circle):
        path = " -> ".join(address.name for address in (*circle, trigger))
        yield f"Triggers would run in a circle: {path}.", "Each writes what sets off the next: stop one of them, or let it write elsewhere."


def _circle(start: Address, others: Others) -> tuple[Address, ...]:
    """The shortest way from a trigger back to itself through what functions write and which triggers that sets off."""
    ways: deque[tuple[Address, ...]] = deque([(start,)])
    seen = {start}
    while ways:
        way = ways.popleft()
        for following in _set_off(others.specs[way[-1]], others):
            if following == start and len(way) > 1:
                return way
            if following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()


def _set_off(spec: Plain, others: Others) -> Iterator[Address]:
    """The triggers that listen to what a trigger's function writes to structures it names."""
    for call in _calls(spec, others):
        for user in others.users.get(Address("structure", call.slug), ()) if call.slug else ():
            other = others.specs.get(user, {}) if user.kind == "trigger" else {}
            if _listens(other) and call.method in LOOPS.get(_event(other)[0], ()):
                yield user


def _calls(spec: Plain, others: Others) -> tuple[Call, ...]:
    code = others.specs.get(Address("function", spec["function"]), {}).get("code")
    return facts(code).calls if code else ()


def _listens(spec: Plain) -> bool:
    return spec.get("executionType") == "event-driven" and spec.get("enabled") is not False


def _event(spec: Plain) -> tuple[str, str]:
    metadata = spec.get("triggerMetadata") or {}
    return str(metadata.get("event")), str(metadata.get("recordSlug"))
