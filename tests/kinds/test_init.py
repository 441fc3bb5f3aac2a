"""The table of kinds: every module is a row, in the order of creation."""

from __future__ import annotations

from pathlib import Path

from centrali_deploy import kinds
from centrali_deploy.kinds import KINDS, SECTIONS


def test_every_module_is_a_row_in_the_order_of_creation() -> None:
    assert list(KINDS) == ["structure", "allowed-domain", "function", "trigger", "orchestration"]
    assert {path.stem for path in Path(kinds.__file__).parent.glob("*.py")} - {"__init__"} == {name.replace("-", "_") for name in KINDS}
    assert (
        [kind.section for kind in SECTIONS.values()]
        == list(SECTIONS)
        == ["structures", "allowedDomains", *(f"{name}s" for name in list(KINDS)[2:])]
    )


def test_the_rows_do_not_collide() -> None:
    for values in ([kind.rank for kind in KINDS.values()], [name for kind in KINDS.values() for name in (kind.path, *kind.aliases)]):
        assert len(set(values)) == len(values)
