"""Which files are manifests: those named, those below a named directory, or the usual ones; and what is in them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Never

from centrali_deploy.errors import ManifestError, Position, Problem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes."""
USUAL = ("centrali", "workspace.yaml", "centrali.yaml")
_SKIPPED = {"node_modules"}


@dataclass(frozen=True, slots=True)
class Source:
    """One manifest file, as the user would name it, and the directory that nothing may be read outside of."""

    path: Path
    root: Path

    @property
    def name(self) -> str:
        """The path as shown: relative where it lies below the working directory."""
        path = Path(os.path.normpath(self.path))
        return str(path.relative_to(Path.cwd()) if path.is_absolute() and path.is_relative_to(Path.cwd()) else path)


def find_sources(paths: Sequence[str]) -> tuple[Source, ...]:
    """The manifest files, sorted. Raises UsageProblem when none is named or usual, ManifestError for one that is missing."""
    found: dict[Path, Source] = {}
    problems: list[Problem] = []
    for text in paths or _usual():
        path = Path(text)
        try:
            folder = path if path.is_dir() else path.parent
            root = _project(folder if paths else Path())
            sources = [Source(each, root) for each in (_below(path) if path.is_dir() else [path])]
            there = bool(text) and path.exists()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            problems.append(Problem(Position(text[:80]), "", f"This cannot be read: {why}.", "Check the path and its permissions."))
            continue
        if not there:
            problems.append(Problem(Position(text), "", "There is no such file or directory.", "Check the path."))
        elif not sources:
            hint = "Put *.yaml files into it; nothing is ever deleted because a directory is empty."
            problems.append(Problem(Position(text), "", "There is no manifest in this directory.", hint))
        for source in sources if there else ():
            found.setdefault(Path(os.path.realpath(source.path)), source)
    if problems:
        raise ManifestError(problems)
    return tuple(found[path] for path in sorted(found))


def read_text(path: Path, name: str) -> str:
    """A file's text. Raises ManifestError when it cannot be read."""

    def refuse(message: str, hint: str) -> ManifestError:
        return ManifestError([Problem(Position(name), "", message, hint)])

    try:
        size = path.stat().st_size
        if not path.is_file():
            raise refuse("This is not a file that can be read as text.", "Name a regular file.")
        if size > LARGEST_FILE:
            raise refuse(
                f"The file is {size:,} bytes long.", f"At most {LARGEST_FILE:,} are read: split it, and keep code in files of its own."
            )
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(f"The file is not UTF-8: byte {error.start} is {error.object[error.start]:#04x}.", "Save it as UTF-8.") from error
    except OSError as error:
        raise refuse(f"The file cannot be read: {error.strerror}.", "Check the path and its permissions.") from error


def _usual() -> list[str]:
    present = [name for name in USUAL if Path(name).exists()]
    if len(present) == 1:
        return present
    listed = "./centrali/, ./workspace.yaml, ./centrali.yaml"
    if present:
        raise UsageProblem(f"There are several manifests here: {', '.join(present)}.", "Name the one you mean, or all of them.")
    raise UsageProblem(
        f"There is no manifest here: none of {listed} exists.", "Name a file or a directory, for example examples/workspace.yaml."
    )


def _raise(error: OSError) -> Never:
    raise error


def _project(folder: Path) -> Path:
    """The directory with `.git` around a folder, or else the folder."""
    whole = folder.resolve()
    return next((each for each in (whole, *whole.parents) if each.joinpath(".git").exists()), folder)


def _below(root: Path) -> list[Path]:
    files = []
    for folder, folders, names in os.walk(root, onerror=_raise):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        files += [Path(folder, name) for name in names if name.endswith((".yaml", ".yml")) and not name.startswith(".")]
    return sorted(files)
