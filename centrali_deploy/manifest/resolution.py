"""Values that stand elsewhere: `${env:NAME}`, `${env:NAME:-default}`, `${var:name}`, `${file:path}`; `$${` is a plain `${`.

Only values are resolved, never keys and never function code. Secrets are recognised here and not looked up: they
become `Secret`, which finds its value when a request is built.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.kind import is_encrypted
from centrali_deploy.manifest.surroundings import PART
from centrali_deploy.secret import Secret
from centrali_deploy.wire import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from centrali_deploy.address import Path
    from centrali_deploy.kind import Kind
    from centrali_deploy.manifest.surroundings import Surroundings
    from centrali_deploy.parts import Plain


BESIDE_SECRETS = r"(?:(?:Bearer|Basic|Token|ApiKey) )?[\s:;,.@/|_-]*"
"""What may stand before a secret, as a pattern: a word for how it is sent, and marks that join two of them."""
_BESIDE_SECRETS = re.compile(BESIDE_SECRETS)
_BEGUN = re.compile(r"\$\{(?:env|var|file):[\w.:/-]*")
_FROM_OUTSIDE = 'Take it from the environment: "${env:NAME}", or "${file:path}".'


class Resolution:
    """Resolves the values of one resource and collects what cannot be resolved."""

    def __init__(self, kind: Kind, around: Surroundings, place: Callable[[Path], Position], address: str) -> None:
        """`place` gives the position of a path in the spec.

        `layers` will say which variable a value came from, `unknown` where there is none: nobody knows what will stand there.
        """
        self._kind = kind
        self._around = around
        self._place = place
        self._address = address
        self.problems: list[Problem] = []
        self.layers: dict[Path, str] = {}
        self.unknown: list[Path] = []

    def resolve(self, spec: Plain) -> dict[str, Any]:
        """The spec with every value in its place; what is written there stays the same object."""
        secret = set(self._kind.secret_paths(spec))
        return {
            member: value if member == self._kind.text_member or not (secret or _varies(value)) else self._value((member,), value, secret)
            for member, value in spec.items()
        }

    def _value(self, path: Path, value: Any, secret: set[Path]) -> Any:  # noqa: ANN401 -- any plain value
        if path in secret:
            return self._secret(path, value)
        if isinstance(value, str):
            return self._text(path, value)
        if isinstance(value, dict):
            sealed = {(*path, "value")} if is_encrypted(value) else set()
            return {member: self._value((*path, member), inside, secret | sealed) for member, inside in value.items()}
        return [self._value((*path, i), item, secret) for i, item in enumerate(value)] if isinstance(value, list) else value

    def _secret(self, path: Path, value: Any) -> Any:  # noqa: ANN401 -- any plain value
        parts = list(PART.finditer(value)) if isinstance(value, str) else []
        names = [match.group(1) for match in parts if match.group(1) is not None]
        if value is None:
            return value
        if not names:
            self._problem(path, "A secret must not stand in a manifest.", _FROM_OUTSIDE)
        elif any(":-" in name or (name.startswith("env:") and ":" in name[4:]) for name in names):
            self._problem(path, "A secret must not have a default in a manifest.", 'Write "${env:NAME}" and set it where the tool runs.')
        elif not self._known(path, names, secret=True):
            return value
        elif not _BESIDE_SECRETS.fullmatch("".join(PART.split(value)[::2])):
            hint = 'Take all of it from outside: "${env:NAME}"; only a word such as Bearer may stand before it.'
            self._problem(path, "A part of this secret stands in the manifest.", hint)
        else:
            place = self._place
            return secret_of(value, self._around, lambda: place(path), self._address)
        return value

    def _text(self, path: Path, text: str) -> Any:  # noqa: ANN401 -- a variable may hold any plain value
        if text == MASK:
            self._problem(path, f'"{MASK}" is what the API shows instead of a secret.', 'Write "${env:NAME}" under {value, encrypt: true}.')
        if "${" not in text:
            return text
        names = [match.group(1) for match in PART.finditer(text) if match.group(1) is not None]
        if not self._known(path, names) or not self._closed(path, text):
            return text
        known = [self._around.variables[name[4:]] for name in names if name.startswith("var:") and name[4:] in self._around.variables]
        if known:
            self.layers[path] = ", ".join(value.told for value in known)
        try:
            return self._around.filled(text)
        except ValueError as wrong:
            self.unknown.append(path)
            for args in list(self._wrong(names)) or [wrong.args]:
                if args:
                    self._problem(path, *args)
            return text

    def _wrong(self, names: list[str]) -> Iterator[tuple[str, ...]]:
        for name in names:
            try:
                self._around.part(name)
            except ValueError as error:
                yield error.args

    def _known(self, path: Path, names: list[str], *, secret: bool = False) -> bool:
        sources = {"env", "file"} if secret else {"env", "file", "var"}
        strange = [name for name in names if "${" in name or name.partition(":")[0] not in sources or name in {"env:", "var:"}]
        for name in strange:
            if "${" in name:
                self._problem(
                    path, f'"${{{name}}}" has another value inside.', "Close it before that, or give a default that is plain text."
                )
            elif secret and name.startswith("var:"):
                self._problem(path, "A secret cannot come from a variable.", _FROM_OUTSIDE)
            else:
                hint = "Write ${env:NAME}, ${var:name} or ${file:path}; for a plain ${ write $${."
                self._problem(path, f'"${{{name}}}" is not known.', hint)
        return not strange

    def _closed(self, path: Path, text: str) -> bool:
        begun = _BEGUN.search("".join(PART.split(text)[::2]))
        if begun:
            self._problem(path, f'"{begun[0]}" is not closed.', "Write } after it; for a plain ${ write $${.")
        return not begun

    def _problem(self, path: Path, message: str, hint: str) -> None:
        self.problems.append(Problem(self._place(path), self._address, message, hint))


def _varies(value: Any) -> bool:  # noqa: ANN401 -- any plain value
    """Whether there is anything to resolve in a value."""
    if isinstance(value, str):
        return "${" in value or value == MASK
    if isinstance(value, dict):
        return is_encrypted(value) or any(map(_varies, value.values()))
    return isinstance(value, list) and any(map(_varies, value))


def secret_of(text: str, around: Surroundings, place: Callable[[], Position], address: str) -> Secret:
    """A secret that is looked up when it is needed; whatever is wrong with it is told at its place."""
    return Secret(text, lambda: _looked_up(text, around, place, address))


def _looked_up(text: str, around: Surroundings, place: Callable[[], Position], address: str) -> str:
    """The value of a secret. Raises ManifestError with everything that is not set."""
    problems = []
    for match in PART.finditer(text):
        try:
            if match[1] is not None:
                around.part(match[1])
        except ValueError as error:
            problems.append(Problem(place(), address, error.args[0], error.args[1].split(", or give")[0].rstrip(".") + "."))
    found = "" if problems else str(around.filled(text))
    if not found and not problems:
        hint = "Set it: pipelines pass an empty text for a secret that does not exist."
        problems.append(Problem(place(), address, f"The secret {text} is empty.", hint))
    if found == MASK:
        problems.append(Problem(place(), address, f"The secret {text} is {MASK}.", "That is what the API shows: set the secret itself."))
    if problems:
        raise ManifestError(problems)
    return found
