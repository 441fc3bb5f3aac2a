"""A value that must never be seen: it knows where it comes from and gives it only to whoever builds a request.

Printing, formatting, copying into a plan or pickling one yields its origin or an error, never the value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Never

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NAMES = re.compile(
    r"(secret|password|passwd|passphrase|token|(api|private|secret)[-_. ]?key|secret[-_. ]?access[-_. ]?key)$", re.IGNORECASE
)
"""How names of secrets end; `tokenUrl`, `maxTokens` and `primaryKey` do not."""
_VALUES = re.compile(
    r"""sk_live_ | rk_live_ | ghp_ | github_pat_ | xox[bp]- | AKIA[0-9A-Z]{8}
    | -----BEGIN (?!\ (RSA\ |EC\ )?(PUBLIC\ KEY|CERTIFICATE))
    | [A-Za-z][A-Za-z0-9+.-]*://[^/?\#\s:@]*:[^/?\#\s@]+@""",
    re.VERBOSE,
)
"""How well-known keys begin, or a URL with a password in it."""


class Revealed(str):
    """The value of a secret on its way into a request; it is text like any other, but can be recognised."""

    __slots__ = ()


class Secret:
    """A secret value, not yet looked up. Two are equal only if they are the same object."""

    __slots__ = ("_look_up", "origin")

    def __init__(self, origin: str, look_up: Callable[[], str]) -> None:
        """`origin` is what may be shown (`${env:STRIPE_KEY}`); `look_up` finds the value or raises ManifestError."""
        self.origin = origin
        self._look_up = look_up

    def reveal(self) -> Revealed:
        """Give the value itself. Only for building a request body. Raises ManifestError when it is not set."""
        return Revealed(self._look_up())

    def __repr__(self) -> str:
        """Where it comes from."""
        return f"Secret({self.origin})"

    def __reduce__(self) -> Never:
        """Refuse to be pickled or deep-copied into something that outlives the run."""
        msg = f"{self!r} cannot be stored"
        raise TypeError(msg)

    def __deepcopy__(self, memo: object) -> Secret:
        """A copy of a spec holds the same secret; nothing is looked up."""
        return self


def revealed_in(value: Any) -> Iterator[str]:  # noqa: ANN401 -- any JSON value
    """Every secret in a request body."""
    if isinstance(value, Revealed):
        yield str(value)
    elif isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from revealed_in(inside)


def in_the_clear(value: Any, name: str = "", at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401 -- any JSON value
    """Where texts stand that are secrets, by their names or by how they look. What says that it is encrypted is left out."""
    if isinstance(value, str):
        if value and (_NAMES.search(name) or _VALUES.match(value)):
            yield at
    elif isinstance(value, dict):
        sealed = any(str(member).lower().startswith("encrypt") for member in value)
        for member, inside in value.items():
            if member != "value":
                yield from in_the_clear(inside, str(member), (*at, member))
            elif not sealed:  # a value is what the mapping around it is called
                yield from in_the_clear(inside, name, (*at, member))
    elif isinstance(value, list):
        for index, inside in enumerate(value):
            yield from in_the_clear(inside, name, (*at, index))
