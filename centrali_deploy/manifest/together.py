"""What declared resources say of each other: who refers to whom, what nobody declared, what is nearly declared.

What is referred to and not declared is no problem by itself, because it may be in the workspace already; it is listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.address import Address, Reference
from centrali_deploy.errors import Position, Problem
from centrali_deploy.kind import Others
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.old_names import CIRCLE_HINT, circles
from centrali_deploy.states import misspelt, near_name, references

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from centrali_deploy.manifest.validation import Checking
    from centrali_deploy.states import DesiredResource, DesiredState

Undeclared = tuple[Reference, Address, Position]
"""A reference to what is not declared here, who refers, and where that stands."""


class Together:
    """Declared resources seen together: those that are right by themselves, beside the names of all."""

    def __init__(self, resources: DesiredState, checkings: Mapping[Address, Checking], now: datetime | None = None) -> None:
        """Find out who refers to whom. `right` are those that are."""
        self._declared = resources
        self._now = now
        self._checkings = {address: checking for address, checking in checkings.items() if not checking.wrong}
        self.right: DesiredState = {address: resources[address] for address in self._checkings}
        self._references = {address: tuple(found for found, _ in references(resource)) for address, resource in self.right.items()}
        self._slips = {target: misspelt(target, resources) for target in dict.fromkeys(found.target for _, found in self._leading_out())}

    def problems(self) -> Iterator[Problem]:
        """What is wrong with each of them beside the others."""
        users: dict[Address, tuple[Address, ...]] = {}
        for address, found in self._references.items():
            for target in dict.fromkeys(reference.target for reference in found):
                users[target] = (*users.get(target, ()), address)
        others = Others({address: resource.spec for address, resource in self.right.items()}, users, self._declared.keys(), self._now)
        for checking in self._checkings.values():
            yield from checking.among(others)
        yield from self._old_names()
        for resource, reference in self._leading_out():
            if near := self._slips[reference.target]:
                hint = f"Did you mean {near}? If it is in the workspace already, leave it as it is."
                place = resource.position(reference.path) or Position("")
                yield Problem(place, str(resource.address), f"{reference.target} is not declared here.", hint, "warning")

    @property
    def whole(self) -> bool:
        """Whether all are right. A wrong one is not looked at beside the others."""
        return len(self.right) == len(self._declared)

    def undeclared(self) -> Iterator[Undeclared]:
        """What is referred to or mentioned and not declared, but for what was told to be misspelt."""
        for resource, reference in self._leading_out():
            if not self._slips[reference.target]:
                yield reference, resource.address, resource.position(reference.path) or Position("")
        for address, resource in self.right.items():
            kind = KINDS[address.kind]
            for target in dict.fromkeys(target for target, _ in kind.mentions(resource.spec)):
                if target not in self._declared and not near_name(target, self._declared):
                    path = (str(kind.text_member),)
                    yield Reference(path, target), address, resource.position(path) or Position("")

    def _old_names(self) -> Iterator[Problem]:
        """Old names that another resource has, which was not renamed itself, or that another one says it had."""
        first: dict[Address, Address] = {}
        for address, resource in self.right.items():
            if not resource.renamed_from:
                continue
            old = Address(address.kind, resource.renamed_from)
            other, declared = first.setdefault(old, address), self._declared.get(old)
            if other != address:
                message = f"{address} and {other} both say that they were called {old.name}."
                hint = "Take renamedFrom out of one of them."
            elif declared and not declared.renamed_from:
                message = f"renamedFrom names {old}, which is declared, too."
                hint = "Take renamedFrom out to have both, or the other one out to rename it."
            else:
                continue
            yield self._old_name_problem(resource, message, hint)
        for address, message in circles({a: Address(a.kind, r.renamed_from) for a, r in self.right.items() if r.renamed_from}):
            yield self._old_name_problem(self.right[address], message, CIRCLE_HINT)

    @staticmethod
    def _old_name_problem(resource: DesiredResource, message: str, hint: str) -> Problem:
        return Problem(resource.position(("renamedFrom",)) or Position(""), str(resource.address), message, hint)

    def _leading_out(self) -> Iterator[tuple[DesiredResource, Reference]]:
        """References to what is not declared."""
        for address, found in self._references.items():
            yield from ((self.right[address], reference) for reference in found if reference.target not in self._declared)
