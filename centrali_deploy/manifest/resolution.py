"""Values that stand elsewhere: `${env:NAME}`, `${env:NAME:-default}`, `${file:path}`; `$${` is a plain `${`.

Only values are resolved, never keys and never function code. Secrets are recognised here and not looked up: they
become `Secret`, which finds its value when a request is built.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.kind import is_encrypted
from centrali_deploy.secret import Secret
from centrali_deploy.wire import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path as FilePath

    from centrali_deploy.address import Path
    from centrali_deploy.kind import Kind, Plain

LARGEST_TEXT = 5 * 1024 * 1024
"""Bytes of a file that a value or a function's code may be read from [D for code]."""
_PART = re.compile(r"\$\$\{|\$\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What values may come from: the environment, and files below `root`; relative paths start at `folder`."""

    environ: Mapping[str, str]
    root: FilePath
    folder: FilePath

    def name_of(self, path: str) -> str:
        """A file as the user would name it, seen from where they are."""
        whole = self.folder / path
        return os.path.relpath(whole) if not whole.is_absolute() else str(whole)

    def text_of(self, path: str) -> str:
        """The text of a file inside the project. Raises ValueError with what is wrong and the way out."""
        if "\0" in path:
            raise ValueError("A path cannot hold a NUL character.", "Take it out.")
        try:
            return self._read(path, (self.folder / path).resolve())
        except UnicodeDecodeError as error:
            raise ValueError(f'"{path}" is not UTF-8 text.', "Save it as UTF-8.") from error
        except OSError as error:
            raise ValueError(f'"{_short(path)}" cannot be read: {error.strerror}.', "The path is relative to the manifest.") from error
        except RuntimeError as error:
            raise ValueError(f'"{path}" leads to itself.', "Name the file itself, not a link.") from error

    def _read(self, path: str, whole: FilePath) -> str:
        if not whole.is_relative_to(self.root.resolve()):
            raise ValueError(f'"{path}" lies outside the project ({self.root.resolve().name}/).', "Move the file beside the manifest.")
        if whole.is_dir():
            raise ValueError(f'"{path}" is a directory.', "Name a file in it.")
        size = whole.stat().st_size
        if not whole.is_file():
            raise ValueError(f'"{path}" is not a file that can be read as text.', "Name a regular file.")
        if size > LARGEST_TEXT:
            raise ValueError(f'"{path}" is larger than {LARGEST_TEXT:,} bytes.', "The API takes no more.")
        return whole.read_bytes().decode("utf-8-sig")


class Resolution:
    """Resolves the values of one resource and collects what cannot be resolved."""

    def __init__(self, kind: Kind, around: Surroundings, place: Callable[[Path], Position], address: str) -> None:
        """`place` gives the position of a path in the spec."""
        self._kind = kind
        self._around = around
        self._place = place
        self._address = address
        self.problems: list[Problem] = []

    def resolve(self, spec: Plain) -> dict[str, Any]:
        """A copy of the spec with every value in its place."""
        secret = {*self._kind.secret_paths(spec), *_encrypted(spec)}
        return {
            member: value if member == self._kind.text_member else self._value((member,), value, secret) for member, value in spec.items()
        }

    def _value(self, path: Path, value: Any, secret: set[Path]) -> Any:  # noqa: ANN401 -- any plain value
        if path in secret:
            return self._secret(path, value)
        if isinstance(value, str):
            return self._text(path, value)
        if isinstance(value, dict):
            return {member: self._value((*path, member), inside, secret) for member, inside in value.items()}
        return [self._value((*path, i), item, secret) for i, item in enumerate(value)] if isinstance(value, list) else value

    def _secret(self, path: Path, value: Any) -> Any:  # noqa: ANN401 -- any plain value
        parts = list(_PART.finditer(value)) if isinstance(value, str) else []
        names = [match.group(1) for match in parts if match.group(1) is not None]
        if value is None:
            return value
        if not names:
            self._problem(path, "A secret must not stand in a manifest.", 'Take it from the environment: "${env:NAME}", or "${file:path}".')
        elif any(":-" in name for name in names):
            self._problem(path, "A secret must not have a default in a manifest.", 'Write "${env:NAME}" and set it where the tool runs.')
        elif self._known(path, names):
            place, address, around = self._place(path), self._address, self._around
            return Secret(value, lambda: _looked_up(value, around, place, address))
        return value

    def _text(self, path: Path, text: str) -> str:
        if text == MASK:
            self._problem(path, f'"{MASK}" is what the API shows instead of a secret.', 'Write "${env:NAME}" under {value, encrypt: true}.')
        if "${" not in text:
            return text
        names = [match.group(1) for match in _PART.finditer(text) if match.group(1) is not None]
        if not self._known(path, names):
            return text
        try:
            return _filled(text, self._around)
        except ValueError:
            for name in names:
                try:
                    _part(name, self._around)
                except ValueError as error:
                    self._problem(path, *error.args)
            return text

    def _known(self, path: Path, names: list[str]) -> bool:
        strange = [name for name in names if not name.startswith(("env:", "file:"))]
        for name in strange:
            if name.startswith("var:"):
                self._problem(path, "Variables are not supported by this version.", "Write the value itself, or take it from ${env:NAME}.")
            else:
                self._problem(path, f'"${{{name}}}" is not known.', "Write ${env:NAME} or ${file:path}; for a plain ${ write $${.")
        return not strange

    def _problem(self, path: Path, message: str, hint: str) -> None:
        self.problems.append(Problem(self._place(path), self._address, message, hint))


def _encrypted(value: Any, at: Path = ()) -> Iterator[Path]:  # noqa: ANN401 -- any plain value
    if is_encrypted(value):
        yield *at, "value"
    if isinstance(value, dict):
        for member, inside in value.items():
            yield from _encrypted(inside, (*at, member))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _encrypted(item, (*at, index))


def _filled(text: str, around: Surroundings) -> str:
    return _PART.sub(lambda match: "${" if match.group(1) is None else _part(match.group(1), around), text)


def _part(name: str, around: Surroundings) -> str:
    source, _, rest = name.partition(":")
    if source == "file":
        return around.text_of(rest)
    variable, has_default, default = rest.partition(":-")
    value = around.environ.get(variable) or (default if has_default else around.environ.get(variable))
    if value is not None and not _is_text(value):
        raise ValueError(f"The environment variable {variable} is not UTF-8 text.", "Set it to text.")
    if value is None:
        raise ValueError(f"The environment variable {variable} is not set.", f"Set it, or give a default: ${{env:{variable}:-...}}.")
    return value


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _short(path: str) -> str:
    return path if len(path) <= 80 else f"{path[:80]}..."  # noqa: PLR2004 -- as much as a line holds


def _looked_up(text: str, around: Surroundings, place: Position, address: str) -> str:
    try:
        found = _filled(text, around)
    except ValueError as error:
        message, hint = error.args
        raise ManifestError([Problem(place, address, message, hint.split(", or give")[0].rstrip(".") + ".")]) from error
    if not found:
        hint = "Set it: pipelines pass an empty text for a secret that does not exist."
        raise ManifestError([Problem(place, address, f"The secret {text} is empty.", hint)])
    return found
