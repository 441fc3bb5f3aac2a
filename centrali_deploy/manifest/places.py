"""Where everything in a manifest stands, worked out only when somebody asks: most runs never do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from centrali_deploy.errors import Position

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.address import Path


class Places(Mapping["Path", Position]):
    """Positions by path. `find` works all of them out, once."""

    def __init__(self, find: Callable[[], Mapping[Path, Position]]) -> None:
        """Nothing is worked out yet."""
        self._find = find
        self._found: Mapping[Path, Position] | None = None
        self._inside: dict[Path, dict[Path, Position]] | None = None

    @property
    def _known(self) -> Mapping[Path, Position]:
        if self._found is None:
            self._found = self._find()
        return self._found

    def __getitem__(self, path: Path) -> Position:
        """Where a path stands. Raises KeyError when it has no place of its own."""
        return self._known[path]

    def __iter__(self) -> Iterator[Path]:
        """Every path that has a place."""
        return iter(self._known)

    def __len__(self) -> int:
        """How many paths have a place."""
        return len(self._known)

    def nearest(self, path: Path) -> Position | None:
        """Where a path stands, or else the nearest thing around it."""
        while path and path not in self._known:
            path = path[:-1]
        return self._known.get(path)

    def below(self, section: str, name: object, otherwise: str) -> Places:
        """The places inside one resource; `()` is where it is named, or its section, or else the file `otherwise`."""
        return Places(lambda: {(): self._around(section, otherwise), **self._index().get((section, str(name)), {})})

    def _around(self, section: str, otherwise: str) -> Position:
        return self._known.get((section,)) or Position(otherwise)

    def _index(self) -> dict[Path, dict[Path, Position]]:
        if self._inside is None:
            self._inside = {}
            for path, place in self._known.items():
                if len(path) > 1:
                    self._inside.setdefault((path[0], str(path[1])), {})[path[2:]] = place
        return self._inside
