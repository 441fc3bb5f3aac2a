"""Rows of records: what is looked up is found by an index, and names that are no names never reach a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from keeping_records import workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.local.record_rows import RecordRows

NOW = "1970-01-01T00:00:01.000Z"


@pytest.mark.parametrize("field", ["", "a b", "1a", "a'", 'a"', "a$", "é"])
def test_only_plain_names_are_written_into_statements(field: str) -> None:
    with workspace() as records:
        for call in (
            lambda: records.rows.shared("s", field, NOW, {"x": 1}),
            lambda: records.rows.matching("s", NOW, {field: 1}),
            lambda: records.rows.referring("s", field, NOW, ["x"]),
        ):
            with pytest.raises(ValueError, match=r".*"):
                call()


@pytest.mark.parametrize(
    ("index", "look"),
    [
        ("records_by_id", lambda rows: rows.find(["x"], NOW)),
        ("records_by_id", lambda rows: rows.missing("s", NOW, ["x"])),
        ("records_by_id", lambda rows: rows.remove(["x"])),
        ("records_by_expiry", lambda rows: rows.expired(NOW)),
        ("records_by_75 (workspace=? AND slug=? AND <expr>=?)", lambda rows: rows.shared("s", "u", NOW, {"x": 1})),
    ],
)
def test_lookups_use_an_index(index: str, look: Callable[[RecordRows], object]) -> None:
    plans: list[str] = []
    with workspace() as records:
        store = records.store
        select, run = store.select, store.run

        def explained(query: str, values: object) -> None:
            plans.extend(str(row[-1]) for row in select(f"explain query plan {query}", values))  # type: ignore[arg-type]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store, "select", lambda query, values=(): [explained(query, values), select(query, values)][1])
            patch.setattr(store, "run", lambda query, values: [explained(query, values[0]), run(query, values)][1])
            look(records.rows)
    assert any(f"USING INDEX {index}" in plan for plan in plans), plans


def test_fields_that_differ_in_case_have_indexes_of_their_own() -> None:
    with workspace("strict", *({"name": name, "type": "string", "isUnique": True} for name in ("Name", "name"))) as records:
        records.create("s", {"Name": "a", "name": "b"})
        indexes = records.store.select("select name from sqlite_master where name like 'records_by_%' and sql like '%json_extract%'")
        assert len(indexes) == 2
