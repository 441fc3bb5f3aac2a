"""Compute functions: JavaScript run by the platform, defining `async function run()` without parameters.

Identity is the `name`, unique within the workspace [D]. Updates send only what changed: the vendor's own scripts send
subsets, so absent members stay as they are [S, T]. Whether lists hold the code is unknown [I].
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, TypeAdapter

from centrali_deploy.address import Address
from centrali_deploy.javascript import facts, read_ahead
from centrali_deploy.kind import Finding, Kind, Others
from centrali_deploy.parts import Plain, Spec
from centrali_deploy.runtime import API, API_MEMBERS, ASKING, BY_SLUG, GONE, INPUTS, MISSING, OF_EVERY_OBJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from centrali_deploy.javascript import Facts

_DECLARED = "Declare it at the top: async function run() { ... }."
_RUNNING = ("trigger", "orchestration")
"""Kinds that run functions."""
_VALUE = re.compile(r"\b(?:const|let|var)\s+run\b|\brun\s*[:=]")
LONGEST_RUN_MS = 300_000
"""The platform ends every run after five minutes [D]; as an upper bound of `timeoutMs` [I]."""


class Function(Spec):
    """A compute function. Its code stands in a file beside the manifest (`source`) or in the manifest (`code`)."""

    code: Annotated[str, Field(min_length=1)]
    """JavaScript source that defines `async function run()`. Never interpolated: `${...}` belongs to JavaScript."""
    description: str | None = None
    """What the function is for, shown in the console."""
    timeoutMs: Annotated[int, Field(ge=1, le=LONGEST_RUN_MS, examples=[30000])] | None = None
    """How long one run may take, in milliseconds; at most 300000 (five minutes)."""


def _check(_name: str, spec: Plain) -> Iterator[Finding]:
    code = spec.get("code")
    if not isinstance(code, str) or not code.strip():
        return
    found = facts(code)
    for spot, told in found.errors[:3]:
        said, _, hint = told.partition("\n")
        yield Finding(
            ("code",), f"This is not JavaScript: {said}.", hint or "Look at the brackets, commas and quotes before it.", spot=spot
        )
    for message, hint, spot in found.refused:
        yield Finding(("code",), message, hint, spot=spot)
    if not found.errors:
        yield from _check_run(found, code)
    for name, spot in found.uses:
        if name in MISSING:
            yield Finding(("code",), *MISSING[name], severity="warning", spot=spot)
    for message, hint, spot in found.unawaited:
        yield Finding(("code",), message, hint, "warning", spot)
    for path, spot in found.members:
        if (other := _unknown(path)) is not None:
            yield Finding(("code",), f"api.{'.'.join(path)} is not known.", other, "warning", spot)


def _unknown(path: tuple[str, ...]) -> str | None:
    """What to write instead of a member of api that is not a published one; None for one that may be there."""
    known = API if len(path) == 1 else API_MEMBERS.get(path[0], frozenset())
    if not known or path[-1] in known | OF_EVERY_OBJECT:
        return None
    if len(path) == 1 and path[0] in GONE:
        return GONE[path[0]]
    near = get_close_matches(path[-1], known, n=1)
    if near:
        return f"Did you mean api.{'.'.join((*path[:-1], near[0]))}?"
    return "Look it up: it is not a published one." if len(path) == 1 else f"Its members are: {', '.join(sorted(known))}."


def _mentions(spec: Plain) -> Iterator[tuple[Address, int]]:
    for call in facts(spec.get("code", "")).calls:
        if call.slug and call.method in BY_SLUG:
            yield Address("structure", call.slug), call.spot.line


def _check_among(name: str, spec: Plain, others: Others) -> Iterator[Finding]:
    found = facts(spec["code"])
    for call in found.calls:
        if not call.slug or call.method not in BY_SLUG or Address("structure", call.slug) in others.names:
            continue
        if near := get_close_matches(call.slug, [address.name for address in others.names if address.kind == "structure"], n=1):
            message = f'No structure "{call.slug}" is declared.'
            yield Finding(("code",), message, f"Did you mean {near[0]}?", "warning", call.spot)
    yield from _unknown_hosts(found, others)
    yield from _check_inputs(name, found, others)


def _check_inputs(name: str, found: Facts, others: Others) -> Iterator[Finding]:
    """What is read from executionParams and given by nothing that runs the function; one that is wrong may be to run it."""
    reads = [read for read in found.reads if read.source == "executionParams"]
    if not reads or any(address.kind in _RUNNING and address not in others.specs for address in others.names):
        return
    runners = [(user, str(others.specs[user].get("executionType", user.kind))) for user in others.users.get(Address("function", name), ())]
    known = [INPUTS.get(sort, frozenset()) for _, sort in runners]
    if not runners or None in known:
        return
    members = OF_EVERY_OBJECT.union(*(each for each in known if each is not None))
    for read in reads:
        if read.member not in members:
            yield Finding(("code",), f"executionParams.{read.member} is never there.", f"{_given(runners)}.", "warning", read.spot)


def _given(runners: Iterable[tuple[Address, str]]) -> str:
    by_sort: dict[str, list[str]] = {}
    for address, sort in runners:
        by_sort.setdefault(sort, []).append(str(address))
    return "; ".join(
        f"{', '.join(names)} ({sort}) give{'' if names[1:] else 's'} {_listed(INPUTS.get(sort))}" for sort, names in by_sort.items()
    )


def _unknown_hosts(found: Facts, others: Others) -> Iterator[Finding]:
    """Requests to what is not among the declared domains, where any are declared."""
    asking = [(call.host, call.spot) for call in found.calls if call.method in ASKING and call.host]
    declared = [address.name for address in others.names if address.kind == "allowed-domain"] if asking else []
    for host, spot in asking:
        if declared and host not in declared:
            message = f'"{host}" is not declared among allowedDomains; it may be allowed in the workspace.'
            near = get_close_matches(host, declared, n=1)
            hint = f"Add {host}: there{f', or did you mean {near[0]}?' if near else '.'}"
            yield Finding(("code",), message, hint, "warning", spot)


def _listed(members: frozenset[str] | None) -> str:
    return "{" + ", ".join(sorted(members or ())) + "}"


def _check_run(found: Facts, code: str) -> Iterator[Finding]:
    if not found.runs:
        hint = "Make it a function of its own: async function run() { ... }." if _VALUE.search(code) else _DECLARED
        yield Finding(("code",), "There is no function run.", hint, spot=(1, 1))
    for run in found.runs[1:]:
        yield Finding(
            ("code",), "run is declared again.", f"It is also at line {found.runs[0].spot.line} of the code: keep one.", spot=run.spot
        )
    for run in found.runs[:1]:
        if not run.is_async:
            yield Finding(("code",), "run is not a plain async function.", "Write async function run().", spot=run.spot)
        for spot in found.overwritten:
            yield Finding(("code",), "run is overwritten.", "Give the value another name: the platform calls run.", "warning", spot)
        if run.parameters:
            hint = "Write async function run(), and read triggerParams and executionParams."
            yield Finding(("code",), "run takes parameters, and the platform gives none.", hint, spot=run.spot)


KIND = Kind(
    name="function",
    rank=20,
    section="functions",
    adapter=TypeAdapter(Function),
    members=tuple(Function.model_fields),
    identity="name",
    slug=False,
    service="data",
    path="compute-functions",
    renameable=True,
    server_owned=frozenset({"id", "workspaceSlug", "createdBy", "updatedBy", "createdAt", "updatedAt", "version"}),
    defaults={("description",): ""},
    assumed={("timeoutMs",): 30000},
    alike={("code",): lambda code: code.replace("\r\n", "\n").removesuffix("\n") if isinstance(code, str) else code},
    text_member="code",
    read_ahead=read_ahead,
    listed_without="code",
    update_sends="changed",
    mentions=_mentions,
    check=_check,
    check_among=_check_among,
    examples=(
        (
            {"description": "Adds two numbers", "timeoutMs": 5000, "code": "async function run() {\n  return 1 + 1;\n}\n"},
            {"description": "Adds three numbers", "timeoutMs": 6000, "code": "async function run() {\n  return 1 + 1 + 1;\n}\n"},
        ),
    ),
)
