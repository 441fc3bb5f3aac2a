"""Allowed domains: where functions may send requests to (`api.httpRequest` and its kin reach no other [S]).

Identity is the `domain`, and there is nothing else to it: it is added or removed, never updated [S]. Neither the route
nor the members are published; both are inferred, from the names of the vendor's tools, and stand here only [I]. No
wildcards [I].
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from centrali_deploy.kind import Finding, Kind
from centrali_deploy.parts import Plain, Spec

if TYPE_CHECKING:
    from collections.abc import Iterator

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
DOMAIN = rf"^{_LABEL}(\.{_LABEL})*$"
"""What a domain looks like."""
_LONGEST = 253
_TOO_MUCH = (
    ("a scheme", re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://|^//")),
    ("a path", re.compile(r"[/?#].*$", re.DOTALL)),
    ("a user", re.compile(r"^[^@]*@")),
    ("a port", re.compile(r":\d*$")),
    ("a dot at its end", re.compile(r"\.$")),
)
"""What people write around a domain, from the outside inwards."""


class AllowedDomain(Spec):
    """A domain that functions may send requests to. There is nothing to set: leave it empty."""


def _check(name: str, _spec: Plain) -> Iterator[Finding]:
    if "*" in name:
        yield Finding((), f'"{name}" has a wildcard, which is not known to work.', "Name each domain by itself: api.stripe.com.")
        return
    domain, found = name, []
    for what, pattern in _TOO_MUCH:
        shorter = pattern.sub("", domain)
        found += [what] if shorter != domain else []
        domain = shorter
    if domain != (lower := _lower(domain)):
        domain, found = lower, [*found, "letters that a domain is not written with"]
    if len(domain) > _LONGEST or not re.match(DOMAIN, domain):
        yield Finding((), f'"{name}" is not a domain.', "Write it as in api.stripe.com.")
    elif found:
        yield Finding((), f'"{name}" is not a domain alone: it has {_joined(found)}.', f"Write {domain}.")
    elif "." not in domain:
        yield Finding((), f'"{name}" has no dot.', "A domain is written in full, as in api.stripe.com.", "warning")


def _lower(domain: str) -> str:
    """Lowercase, and in the letters that name servers know."""
    try:
        return domain.encode("idna").decode().lower()
    except UnicodeError:
        return domain.lower()


def _joined(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


KIND = Kind(
    name="allowed-domain",
    rank=15,
    section="allowedDomains",
    adapter=TypeAdapter(AllowedDomain),
    members=tuple(AllowedDomain.model_fields),
    identity="domain",
    slug=False,
    name_pattern=DOMAIN,
    service="data",
    path="allowed-domains",
    published=False,
    server_owned=frozenset({"id", "workspaceSlug", "createdBy", "updatedBy", "createdAt", "updatedAt", "version"}),
    update_methods=(),
    check=_check,
    examples=(({}, {}),),
)
