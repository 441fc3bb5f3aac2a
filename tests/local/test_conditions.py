"""Conditions in SQL find what a few lines of Python find; nothing that a person writes becomes SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from keeping_records import workspace
from recording import RECORDS, declared, kept, said
from shapes import quickly

from centrali_deploy.local.conditions import OPERATORS

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

ROWS: list[dict[str, Any]] = [
    {"n": 1, "a": 1, "b": "Apple"},
    {"n": 2, "a": 2.5, "b": "apple pie", "c": ["x", "y"]},
    {"n": 3, "a": "1", "b": None, "c": ["x", 1, True]},
    {"n": 4, "a": True, "d": {"e": {"f": "deep"}}},
    {"n": 5, "a": None, "b": "", "c": []},
    {"n": 6, "b": "Straße", "a b": 1, "é": 2},
]


def numbers(api: httpx.Client, where: Any) -> list[int]:
    answer = api.post(f"{RECORDS}/query", json={"resource": "s", "where": where}).raise_for_status()
    return [record["data"]["n"] for record in answer.json()["data"]]


@pytest.fixture
def filled(api: httpx.Client) -> httpx.Client:
    declared(api, "s", schemaDiscoveryMode="schemaless")
    for row in ROWS:
        kept(api, "s", **row)
    return api


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"data.a": 1}, [1]),
        ({"data.a": {"eq": 1.0}}, [1]),
        ({"data.a": {"eq": "1"}}, [3]),
        ({"data.a": {"eq": True}}, [4]),
        ({"data.a": {"eq": False}}, []),
        ({"data.a": {"eq": None}}, [5, 6]),
        ({"data.a": {"ne": 1}}, [2, 3, 4, 5, 6]),
        ({"data.a": {"gt": 1}}, [2]),
        ({"data.a": {"gte": 1}}, [1, 2]),
        ({"data.a": {"lt": 2.5}}, [1]),
        ({"data.a": {"lte": 2.5}}, [1, 2]),
        ({"data.a": {"gt": 1, "lt": 2}}, []),
        ({"data.b": {"gt": "Apple"}}, [2, 6]),
        ({"data.a": {"in": [1, "1", None]}}, [1, 3, 5, 6]),
        ({"data.a": {"in": [True]}}, [4]),
        ({"data.a": {"in": []}}, []),
        ({"data.a": {"nin": [1, None]}}, [2, 3, 4]),
        ({"data.b": {"contains": "pie"}}, [2]),
        ({"data.b": {"contains": ""}}, [1, 2, 5, 6]),
        ({"data.c": {"contains": "x"}}, [2, 3]),
        ({"data.c": {"contains": 1}}, [3]),
        ({"data.b": {"startsWith": "app"}}, [2]),
        ({"data.b": {"startsWith": ""}}, [1, 2, 5, 6]),
        ({"data.b": {"endsWith": "le"}}, [1]),
        ({"data.b": {"endsWith": "raße"}}, [6]),
        ({"data.b": {"endsWith": ""}}, [1, 2, 5, 6]),
        ({"data.c": {"hasAny": ["y", 1]}}, [2, 3]),
        ({"data.c": {"hasAny": []}}, []),
        ({"data.c": {"hasAll": ["x", True]}}, [3]),
        ({"data.c": {"hasAll": []}}, [2, 3, 5]),
        ({"data.c": {"exists": True}}, [2, 3, 5]),
        ({"data.a": {"exists": False}}, [5, 6]),
        ({"data.d.e.f": "deep"}, [4]),
        ({"data.d.e": {"exists": True}}, [4]),
        ({"data.a b": 1}, [6]),
        ({"data.é": 2}, [6]),
        ({"data.c.0": "x"}, []),
        ({"and": [{"data.n": {"gt": 1}}, {"data.n": {"lt": 4}}]}, [2, 3]),
        ({"or": [{"data.n": 1}, {"data.n": 4}]}, [1, 4]),
        ({"or": []}, []),
        ({"and": []}, [1, 2, 3, 4, 5, 6]),
        ({"not": {"data.n": {"in": [1, 2, 3]}}}, [4, 5, 6]),
        ({"not": [{"data.n": {"gt": 1}}, {"data.n": {"lt": 4}}]}, [1, 4, 5, 6]),
        ({"version": 1, "data.n": 3}, [3]),
        ({"version": {"gt": 1}}, []),
        ({"status": "active", "data.n": 2}, [2]),
        ({"recordSlug": {"ne": "s"}}, []),
        ({"createdAt": {"gte": "1970-01-01"}, "data.n": 1}, [1]),
        ({"createdAt": {"lt": "1970-01-01T00:00:00+01:00"}}, []),
        ({"createdAt": {"in": ["1970-01-01"]}}, []),
        ({"createdAt": {"startsWith": "1970"}, "data.n": 1}, [1]),
        ({"expiresAt": {"exists": False}, "data.n": 1}, [1]),
        ({"expiresAt": None, "data.n": 1}, [1]),
        ({"id": {"hasAny": ["x"]}}, []),
        ({"id": {"contains": "-"}, "data.n": 1}, [1]),
    ],
)
def test_a_condition_finds(where: dict[str, Any], expected: list[int], filled: httpx.Client) -> None:
    assert numbers(filled, where) == expected


@pytest.mark.parametrize(
    ("where", "field", "message"),
    [
        ([], "where", "must be an object"),
        ({"a": 1}, "a", "must be written data.a"),
        ({"data": 1}, "data", "must be written data.data"),
        ({"data.": 1}, "data.", "is not a path"),
        ({"data.a..b": 1}, "data.a..b", "is not a path"),
        ({'data.a"b': 1}, 'data.a"b', "is not a path"),
        ({"data.a\\": 1}, "data.a\\", "is not a path"),
        ({"data.a\n": 1}, "data.a\n", "is not a path"),
        ({"data.a": {"like": 1}}, "data.a", "'like' is not an operator"),
        ({"data.a": {"$eq": 1}}, "data.a", "'$eq' is not an operator"),
        ({"data.a": {"eq": []}}, "data.a", "is not a value for eq"),
        ({"data.a": {"ne": {}}}, "data.a", "is not a value for eq"),
        ({"data.a": {"gt": None}}, "data.a", "is not a value for gt"),
        ({"data.a": {"gte": True}}, "data.a", "is not a value for gte"),
        ({"data.a": {"lt": []}}, "data.a", "is not a value for lt"),
        ({"data.a": {"lte": {}}}, "data.a", "is not a value for lte"),
        ({"data.a": {"in": "x"}}, "data.a", "is not a value for in"),
        ({"data.a": {"nin": [[]]}}, "data.a", "is not a value for in"),
        ({"data.a": {"contains": []}}, "data.a", "is not a value for contains"),
        ({"data.a": {"startsWith": 1}}, "data.a", "is not a value for startsWith"),
        ({"data.a": {"endsWith": None}}, "data.a", "is not a value for endsWith"),
        ({"data.a": {"hasAny": 1}}, "data.a", "is not a value for hasAny"),
        ({"data.a": {"hasAll": [{}]}}, "data.a", "is not a value for hasAll"),
        ({"data.a": {"exists": 1}}, "data.a", "is not a value for exists"),
        ({"and": {}}, "where.and", "must be a list"),
        ({"or": 1}, "where.or", "must be a list"),
        ({"and": [1]}, "where", "must be an object"),
        ({"and": [{}] * 300}, "where", "is too large"),
    ],
)
def test_a_condition_that_is_none_is_refused(where: Any, field: str, message: str, filled: httpx.Client) -> None:
    assert said(filled.post(f"{RECORDS}/query", json={"resource": "s", "where": where})) == (400, [(field, message)])


def test_a_condition_may_be_deep_but_not_too_deep(filled: httpx.Client) -> None:
    for depth, status in ((14, 200), (15, 200), (16, 400), (300, 400)):
        nested: dict[str, Any] = {"data.n": 1}
        for _ in range(depth):
            nested = {"not": nested}
        assert filled.post(f"{RECORDS}/query", json={"resource": "s", "where": nested}).status_code == status


@pytest.mark.parametrize("text", ["'; drop table records; --", "') or 1=1 --", "%", "_", "\\", '"', "\u2028", "💥", "' || '"])
def test_what_a_person_writes_never_becomes_sql(text: str, filled: httpx.Client) -> None:
    id_ = kept(filled, "s", n=7, a=text)
    assert numbers(filled, {"data.a": text}) == numbers(filled, {"data.a": {"contains": text}}) == [7]
    answer = filled.post(f"{RECORDS}/query", json={"resource": "s", "where": {f"data.{text}": 1}})
    assert answer.status_code == 400 if text in {'"', "\\"} else answer.json()["data"] == []
    assert filled.get(f"{RECORDS}/{id_}").json()["data"]["a"] == text


SCALARS = some.sampled_from([None, True, False, 0, 1, -1, 2.5, 10**20, "", "a", "ab", "b", "1", "é"])
VALUES = SCALARS | some.lists(SCALARS, max_size=3) | some.dictionaries(some.sampled_from(["x", "y"]), SCALARS, max_size=2)
DATAS = some.dictionaries(some.sampled_from(["a", "b"]), VALUES, max_size=2)
PATHS = some.sampled_from(["data.a", "data.b", "data.a.x", "data.b.y"])
LISTS = some.lists(SCALARS, max_size=3)
TEXTS = some.sampled_from(["", "a", "b", "é"])
ORDERED = some.sampled_from([0, 1, 2.5, -1, 10**20, "", "a", "ab"])
TAKEN = {
    **dict.fromkeys(("eq", "ne", "contains"), SCALARS),
    **dict.fromkeys(("gt", "gte", "lt", "lte"), ORDERED),
    **dict.fromkeys(("in", "nin", "hasAny", "hasAll"), LISTS),
    **dict.fromkeys(("startsWith", "endsWith"), TEXTS),
    "exists": some.booleans(),
}
LEAVES = some.one_of([some.builds(lambda path, value, word=word: {path: {word: value}}, PATHS, values) for word, values in TAKEN.items()])
TREES = some.recursive(
    LEAVES,
    lambda inside: (
        some.builds(lambda word, parts: {word: parts}, some.sampled_from(["and", "or"]), some.lists(inside, max_size=3))
        | some.builds(lambda part: {"not": part}, inside)
    ),
    max_leaves=8,
)


def same(left: Any, right: Any) -> bool:
    return bool(left == right and isinstance(left, bool) == isinstance(right, bool))


def ordered(word: str, left: Any, right: Any) -> bool:
    numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (left, right))
    if not numeric and not (isinstance(left, str) and isinstance(right, str)):
        return False
    return bool({"gt": left > right, "gte": left >= right, "lt": left < right, "lte": left <= right}[word])


MODEL: dict[str, Callable[[Any, Any], bool]] = {
    "eq": same,
    "ne": lambda left, right: not same(left, right),
    "in": lambda left, right: any(same(left, value) for value in right),
    "nin": lambda left, right: not any(same(left, value) for value in right),
    "contains": lambda left, right: (
        any(same(item, right) for item in left)
        if isinstance(left, list)
        else isinstance(left, str) and isinstance(right, str) and right in left
    ),
    "startsWith": lambda left, right: isinstance(left, str) and left.startswith(right),
    "endsWith": lambda left, right: isinstance(left, str) and left.endswith(right),
    "hasAny": lambda left, right: isinstance(left, list) and any(same(item, value) for item in left for value in right),
    "hasAll": lambda left, right: isinstance(left, list) and all(any(same(item, value) for item in left) for value in right),
    "exists": lambda left, right: (left is not None) is right,
}


def holds(where: dict[str, Any], record: dict[str, Any]) -> bool:
    """Whether a record meets a condition, in plain Python."""
    ((word, inside),) = where.items()
    if word in {"and", "or"}:
        return (all if word == "and" else any)(holds(part, record) for part in inside)
    if word == "not":
        return not holds(inside, record)
    value: Any = record
    for part in word.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    ((operator, wanted),) = inside.items()
    return ordered(operator, value, wanted) if operator in {"gt", "gte", "lt", "lte"} else MODEL[operator](value, wanted)


def test_every_operator_is_compared_with_its_model() -> None:
    assert set(OPERATORS) == TAKEN.keys()


@quickly
@given(some.lists(DATAS, min_size=1, max_size=5), TREES)
def test_sql_and_a_few_lines_of_python_agree(datas: list[dict[str, Any]], where: dict[str, Any]) -> None:
    with workspace() as records:
        made = records.bulk_create("s", datas)
        expected = [row["id"] for row in made if holds(where, row)]
        assert [row["id"] for row in records.query({"resource": "s", "where": where})["data"]] == expected


@pytest.mark.parametrize(("word", "found"), [("in", [1, 3]), ("nin", [2, 4, 5, 6])])
def test_records_are_found_by_several_ids(filled: httpx.Client, word: str, found: list[int]) -> None:
    answer = filled.post(f"{RECORDS}/query", json={"resource": "s"}).json()["data"]
    assert numbers(filled, {"id": {word: [answer[0]["id"], answer[2]["id"]]}}) == found
    assert len(filled.get(f"{RECORDS}/slug/s", params={f"id[{word}]": f"{answer[0]['id']},{answer[2]['id']}"}).json()["data"]) == len(found)
