"""Where values come from: the environment, files of the project, variables."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path as FilePath

    from centrali_deploy.manifest.variables import Value

LARGEST_TEXT = 5 * 1024 * 1024
"""Bytes of a file that a value or a function's code may be read from [D for code]."""
PART = re.compile(r"\$\$\{|\$\{([^}]*)\}")
"""`${...}`, whose inside is group 1, or `$${`, which has none."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What values may come from: the environment, variables, and files below `root`; relative paths start at `folder`."""

    environ: Mapping[str, str]
    root: FilePath
    folder: FilePath
    variables: Mapping[str, Value] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def filled(self, text: str) -> Any:  # noqa: ANN401 -- a variable may hold any plain value
        """A text with every value in its place; one that is nothing but a variable gives its value, whatever its type.

        Raises ValueError with what is wrong and the way out.
        """
        whole = PART.fullmatch(text)
        if whole and whole[1] is not None:
            return self.part(whole[1])
        return PART.sub(lambda match: "${" if match[1] is None else _as_text(match[1], self.part(match[1])), text)

    def part(self, name: str) -> Any:  # noqa: ANN401 -- a variable may hold any plain value
        """What `${name}` stands for. Raises ValueError with what is wrong and the way out, or with nothing if that was told."""
        source, _, rest = name.partition(":")
        if source == "file":
            return self.text_of(rest)
        if source == "var":
            return self._variable(rest)
        variable, has_default, default = rest.partition(":-")
        value = self.environ.get(variable) or (default if has_default else self.environ.get(variable))
        if value is None and ":" in variable:
            name, _, default = variable.partition(":")
            raise ValueError(f'There is no environment variable "{variable}".', f"Write ${{env:{name}:-{default}}} for a default.")
        if value is None:
            raise ValueError(f"The environment variable {variable} is not set.", f"Set it, or give a default: ${{env:{variable}:-...}}.")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"The environment variable {variable} is not UTF-8 text.", "Set it to text.") from error
        return value

    def _variable(self, name: str) -> Any:  # noqa: ANN401 -- any plain value
        if name not in self.variables:
            near = get_close_matches(name, self.variables, n=1)
            hint = f"Did you mean {near[0]}?" if near else "Declare it under variables: with a type."
            raise ValueError(f'There is no variable "{name}".', hint)
        if self.variables[name].wrong:
            raise ValueError
        if self.variables[name].layer is None:
            raise ValueError(f"The variable {name} has no value.", f"Give it one: --var {name}=..., or a default under variables.")
        return self.variables[name].value

    def name_of(self, path: str) -> str:
        """A file as the user would name it, seen from where they are."""
        whole = self.folder / path
        return os.path.relpath(whole) if not whole.is_absolute() else str(whole)

    def text_of(self, path: str) -> str:
        """The text of a file inside the project, read once. Raises ValueError with what is wrong and the way out."""
        if path in self._texts:
            return self._texts[path]
        if "\0" in path:
            raise ValueError("A path cannot hold a NUL character.", "Take it out.")
        try:
            self._texts[path] = text = self._read(path, (self.folder / path).resolve())
        except UnicodeDecodeError as error:
            raise ValueError(f'"{path}" is not UTF-8 text.', "Save it as UTF-8.") from error
        except OSError as error:
            raise ValueError(f'"{_short(path)}" cannot be read: {error.strerror}.', "The path is relative to the manifest.") from error
        except RuntimeError as error:
            raise ValueError(f'"{path}" leads to itself.', "Name the file itself, not a link.") from error
        return text

    def _read(self, path: str, whole: FilePath) -> str:
        if not whole.is_relative_to(self.root.resolve()):
            hint = "Move it into the project: the directory with .git, or else the manifest's own."
            raise ValueError(f'"{path}" lies outside the project ({self.root.resolve().name}/).', hint)
        if whole.is_dir():
            raise ValueError(f'"{path}" is a directory.', "Name a file in it.")
        size = whole.stat().st_size
        if not whole.is_file():
            raise ValueError(f'"{path}" is not a file that can be read as text.', "Name a regular file.")
        if size > LARGEST_TEXT:
            raise ValueError(f'"{path}" is larger than {LARGEST_TEXT:,} bytes.', "The API takes no more.")
        return whole.read_bytes().decode("utf-8-sig")


def has_variables(value: Any) -> bool:  # noqa: ANN401 -- any plain value
    """Whether a variable may stand anywhere in a value."""
    if isinstance(value, str):
        return "${var:" in value
    return isinstance(value, dict | list) and any(map(has_variables, value.values() if isinstance(value, dict) else value))


def _as_text(name: str, value: Any) -> str:  # noqa: ANN401 -- any plain value
    if isinstance(value, dict | list):
        raise ValueError(  # noqa: TRY004 -- what the manifest says is wrong, not our own call
            f"${{{name}}} is a list or a mapping and cannot stand inside a text.", f'Write "${{{name}}}" alone.'
        )
    return value if isinstance(value, str) else json.dumps(value)


def _short(path: str) -> str:
    return path if len(path) <= 80 else f"{path[:80]}..."  # noqa: PLR2004 -- as much as a line holds
