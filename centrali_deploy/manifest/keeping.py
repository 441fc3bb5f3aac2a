"""Where the ledger of a deployment is kept, as manifests say it: `ledger:` and `deployment:`, of all files together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import Position, Problem
from centrali_deploy.manifest.words import shown
from centrali_deploy.wire import is_slug

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as FilePath

    from centrali_deploy.address import Path
    from centrali_deploy.manifest.documents import Document
    from centrali_deploy.manifest.sources import Source

WORKSPACE, NONE = "workspace", "none"
MEMBERS = ("deployment", "ledger")
_WAYS = "Write ledger: workspace, ledger: none, or ledger: {file: ledger.json}."


@dataclass(frozen=True, slots=True)
class Keeping:
    """The deployment, and where its ledger is: in the workspace, nowhere (`none`), or in a file."""

    deployment: str = "default"
    ledger: str = WORKSPACE
    file: FilePath | None = None


class Keepings:
    """What the files read so far say."""

    def __init__(self) -> None:
        """Nothing is said yet."""
        self.keeping = Keeping()
        self._said: dict[str, tuple[Any, Position]] = {}

    def read(self, source: Source, document: Document) -> Iterator[Problem]:
        """Take in what one file says."""
        for member in MEMBERS:
            if member not in document.data:
                continue
            value, place = document.data[member], document.places.nearest((member,)) or Position(document.file)
            before, where = self._said.setdefault(member, (value, place))
            if before != value:
                yield Problem(place, "", f"{member} is {shown(value)} here and {shown(before)} at {where}.", "Keep one of them.")
            elif member == "deployment":
                yield from self._deployment(value, place)
            else:
                yield from self._ledger(value, source, document)

    def _deployment(self, value: Any, place: Position) -> Iterator[Problem]:  # noqa: ANN401 -- whatever the manifest holds
        if isinstance(value, str) and is_slug(value):
            self.keeping = replace(self.keeping, deployment=value)
        else:
            yield Problem(place, "", f"{shown(value)} is not a deployment.", "Give it a slug, for example billing.")

    def _ledger(self, value: Any, source: Source, document: Document) -> Iterator[Problem]:  # noqa: ANN401 -- whatever the manifest holds
        def problem(path: Path, message: str, hint: str) -> Problem:
            return Problem(document.places.nearest(path) or Position(document.file), "", message, hint)

        if value in (WORKSPACE, NONE):
            self.keeping = replace(self.keeping, ledger=value)
        elif not isinstance(value, dict) or set(value) != {"file"} or not isinstance(value["file"], str) or not value["file"]:
            yield problem(("ledger",), f"{shown(value)} is no place for a ledger.", _WAYS)
        elif "\0" in value["file"] or not (path := (source.path.parent / value["file"]).resolve()).is_relative_to(source.root.resolve()):
            hint = "Keep it in the project: the directory with .git, or else the manifest's own."
            yield problem(("ledger", "file"), f"{shown(value['file'])} lies outside the project.", hint)
        elif path.is_dir():
            yield problem(("ledger", "file"), f"{shown(value['file'])} is a directory.", "Name a file in it.")
        else:
            self.keeping = replace(self.keeping, ledger="file", file=path)
