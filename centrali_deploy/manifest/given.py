"""Values given to variables: by a default, an environment, a file or the command line, the nearest last.

Everything wrong with them is kept, each at the place where it is given; what uses such a variable is not wrong because of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.manifest.variables import Value, read_values, taken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from centrali_deploy.address import Path
    from centrali_deploy.manifest.documents import Document
    from centrali_deploy.manifest.variables import Variable

OPTION = "--var"
"""The option of the command line that gives a value."""


class Given(NamedTuple):
    """A value for a variable, from which layer, and where that stands."""

    name: str
    value: Any
    layer: str
    document: Document
    path: Path


class Giving:
    """Gives variables their values. `values` holds one a variable, `problems` what could not be given."""

    def __init__(self, variables: Mapping[str, Variable], filled: Callable[[str], Any], *, whole: bool) -> None:
        """`filled` puts values into a text. `whole`: these are all variables there are, so that another name is wrong."""
        self.values = {name: Value(name, None, None) for name in variables}
        self.problems: list[Problem] = []
        self._variables = variables
        self._filled = filled
        self._whole = whole

    def take(self, given: Iterable[Given]) -> None:
        """Take what stands in a document."""
        for each in given:
            if said := self._taken(each.name, each.value, each.layer):
                place = each.document.places.nearest(each.path) or Position(each.document.file)
                self._wrong(each.name, Problem(place, "", *said))

    def take_file(self, file: str) -> None:
        """Take what stands in a file of values; any variable may have its value in one that cannot be read."""
        try:
            document = read_values(file)
        except ManifestError as error:
            self.problems += error.problems
            self.values |= {name: value._replace(wrong=True) for name, value in self.values.items() if value.layer is None}
            return
        self.take(Given(name, value, file, document, (name,)) for name, value in document.data.items())

    def take_text(self, text: str) -> None:
        """Take `name=value` from the command line."""
        name, equals, value = text.partition("=")
        said = self._taken(name, value, OPTION) if equals else (f'"{text}" is not a value.', f"Write {OPTION} name=value.")
        if said and (self._whole or name in self._variables or not equals):
            self._wrong(name, Problem(Position(""), f"{OPTION} {name}".rstrip(), *said))

    def _taken(self, name: str, value: Any, layer: str) -> tuple[str, str] | None:  # noqa: ANN401 -- any plain value
        """What is wrong with a value, and the way out; otherwise it is taken."""
        found = taken(self._variables, name, value, layer, self._filled)
        if not isinstance(found, Value):
            return found
        self.values[name] = found
        return None

    def _wrong(self, name: str, problem: Problem) -> None:
        self.problems.append(problem)
        if name in self.values:
            self.values[name] = Value(name, None, None, wrong=True)
