"""What is told of a manifest that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from centrali_deploy.errors import ManifestError
from centrali_deploy.manifest.documents import parse_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.errors import Problem


def problems_of(read: Callable[[], object]) -> tuple[Problem, ...]:
    """Every problem that something raises."""
    with pytest.raises(ManifestError) as caught:
        read()
    return caught.value.problems


def refused(text: str) -> list[tuple[int, int, str]]:
    """Line, column and message of every problem of a YAML text; each of them has a way out."""
    found = problems_of(lambda: parse_document(text, "f"))
    assert all(problem.hint and problem.position.file == "f" for problem in found)
    return [(problem.position.line, problem.position.column, problem.message) for problem in found]
