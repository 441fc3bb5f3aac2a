from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.local.function_api import FunctionApi
from centrali_deploy.local.outgoing import Fetched, Outgoing
from centrali_deploy.local.refusing import Refused
from centrali_deploy.local.sandbox import ApiFailed, Sandbox
from centrali_deploy.runtime import API

if TYPE_CHECKING:
    from collections.abc import Sequence


class Kept:
    """Records in a dictionary, and what was asked of them."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[Any, ...]] = []

    def create(self, slug: str, data: dict[str, Any]) -> dict[str, Any]:
        if slug == "closed":
            raise Refused(400, "amount: must be a number", [("amount", "must be a number")])
        row = {"id": f"r{len(self.rows) + 1}", "recordSlug": slug, "data": data}
        self.rows[row["id"]] = row
        return row

    def get(self, id_: str, expand: Sequence[str] = ()) -> dict[str, Any]:
        self.asked.append(("get", id_, list(expand)))
        if id_ not in self.rows:
            raise Refused(404, "Record not found")
        return self.rows[id_]

    def queried(self, slug: str, options: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(("queried", slug, options))
        found = [row for row in self.rows.values() if row["recordSlug"] == slug]
        return {"items": found, "total": len(found)}

    def update(self, id_: str, data: dict[str, Any]) -> dict[str, Any]:
        self.rows[id_]["data"] |= data
        return self.rows[id_]

    def delete(self, id_: str, *, hard: bool = False) -> None:
        self.asked.append(("delete", id_, hard))

    def upsert(self, slug: str, match: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(("upsert", slug, match, data))
        return self.create(slug, match | data)

    def increment(self, id_: str, field: str, by: float) -> dict[str, Any]:
        self.asked.append(("increment", id_, field, by))
        return self.rows.get(id_, {"id": id_, "data": {}})

    def bulk_create(self, slug: str, items: list[dict[str, Any]]) -> Any:
        self.asked.append(("bulk_create", slug, items))

    def bulk_update(self, updates: list[dict[str, Any]]) -> Any:
        self.asked.append(("bulk_update", updates))

    def bulk_delete(self, ids: list[str]) -> Any:
        self.asked.append(("bulk_delete", ids))

    def batch_create(self, slug: str, items: list[dict[str, Any]]) -> Any:
        self.asked.append(("batch_create", slug, items))

    def batch_update(self, updates: list[dict[str, Any]]) -> Any:
        self.asked.append(("batch_update", updates))

    def batch_delete(self, ids: list[str]) -> Any:
        self.asked.append(("batch_delete", ids))


def answer(method: str, url: str, headers: dict[str, str], body: str | None, _at: Sequence[str]) -> Fetched:
    return Fetched(200, {"content-type": "application/json"}, json.dumps([method, url, headers, body]))


def stored(name: str, content_type: str, data: bytes) -> dict[str, Any]:
    return {"id": "f1", "url": f"/files/{name}", "type": content_type, "size": len(data)}


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def api(kept: Kept) -> FunctionApi:
    return FunctionApi(kept, Outgoing(answer, lambda: {"api.example.com"}, resolve=lambda _host: ["93.184.216.34"]), stored)


def test_a_record_is_read_both_ways(api: FunctionApi) -> None:
    made = api("createRecord", ["orders", {"status": "new"}])
    assert made == {"id": "r1", "recordSlug": "orders", "data": {"id": "r1", "status": "new"}}
    assert api("fetchRecord", ["r1"]) == made
    assert api("updateRecord", ["r1", {"status": "old"}])["data"] == {"id": "r1", "status": "old"}
    assert api("createRecord", ["orders", {"id": "mine"}])["data"]["id"] == "mine"
    assert api("queryRecords", ["orders"])["total"] == 2


ASKED = [
    ("fetchRecord", ["r1", {"expand": "customer,lines"}], ("get", "r1", ["customer", "lines"])),
    ("fetchRecord", ["orders", "r1", {"expand": ["customer"]}], ("get", "r1", ["customer"])),
    ("fetchRecord", ["r1", {"expand": 1}], ("get", "r1", [])),
    ("queryRecords", ["orders", {"filter": {"data.status": "x"}}], ("queried", "orders", {"filter": {"data.status": "x"}})),
    ("queryRecords", ["orders", None], ("queried", "orders", {})),
    ("deleteRecord", ["r1"], ("delete", "r1", False)),
    ("deleteRecord", ["r1", True], ("delete", "r1", True)),
    ("deleteRecord", ["orders", "r1"], ("delete", "r1", False)),
    ("deleteRecord", ["orders", "r1", {"hard": True}], ("delete", "r1", True)),
    ("upsertRecord", ["orders", {"match": {"no": 1}, "data": {"a": 2}}], ("upsert", "orders", {"no": 1}, {"a": 2})),
    ("upsertRecord", ["orders", {"no": 1}, {"a": 2}], ("upsert", "orders", {"no": 1}, {"a": 2})),
    ("incrementField", ["r1", "count"], ("increment", "r1", "count", 1)),
    ("incrementField", ["r1", "count", 2.5], ("increment", "r1", "count", 2.5)),
    ("decrementField", ["orders", "r1", "count", 3], ("increment", "r1", "count", -3)),
    ("decrementField", ["orders", "r1", "count"], ("increment", "r1", "count", -1)),
    ("bulkCreateRecords", ["orders", [{"a": 1}], "more"], ("bulk_create", "orders", [{"a": 1}])),
    ("batchCreateRecords", ["orders", []], ("batch_create", "orders", [])),
    ("bulkUpdateRecords", ["orders", [{"id": "r1", "data": {"a": 1}}]], ("bulk_update", [("r1", {"a": 1})])),
    ("bulkUpdateRecords", [[{"id": "r1", "a": 1}]], ("bulk_update", [("r1", {"a": 1})])),
    ("batchUpdateRecords", ["orders", ["r1"], {"a": 1}], ("batch_update", [("r1", {"a": 1})])),
    ("bulkDeleteRecords", [["r1"]], ("bulk_delete", ["r1"])),
    ("batchDeleteRecords", ["orders", [{"id": "r1"}, "r2"]], ("batch_delete", ["r1", "r2"])),
]  # fmt: skip


@pytest.mark.parametrize(("method", "args", "asked"), ASKED)
def test_every_spelling_that_was_seen_is_read(api: FunctionApi, kept: Kept, method: str, args: list[Any], asked: tuple[Any, ...]) -> None:
    kept.create("orders", {"count": 1})
    api(method, args)
    assert kept.asked == [asked]


def test_the_slug_may_stand_before_the_id_of_an_update(api: FunctionApi) -> None:
    api("createRecord", ["orders", {"a": 1}])
    assert api("updateRecord", ["orders", "r1", {"a": 2}])["data"]["a"] == 2


REFUSED = [
    ("createRecord", ["closed", {}], 400, "amount: must be a number"),
    ("fetchRecord", ["gone"], 404, "Record not found"),
    ("createRecord", [], 400, "api.createRecord: a text is expected, the slug of a structure or the id of a record"),
    ("createRecord", ["orders", []], 400, "api.createRecord: an object is expected"),
    ("fetchRecord", [], 400, "api.fetchRecord: a text is expected, the slug of a structure or the id of a record"),
    ("fetchRecord", [{}], 400, "api.fetchRecord: a text is expected, the slug of a structure or the id of a record"),
    ("updateRecord", ["r1"], 400, "api.updateRecord: an object is expected"),
    ("queryRecords", ["orders", 5], 400, "api.queryRecords: an object is expected"),
    ("upsertRecord", ["orders", {"no": 1}], 400, "api.upsertRecord: an object is expected"),
    ("incrementField", ["r1", "count", {}], 400, "api.incrementField: the amount must be a number"),
    ("incrementField", ["r1", "count", True], 400, "api.incrementField: the amount must be a number"),
    ("incrementField", ["r1"], 400, "api.incrementField: a text is expected, the slug of a structure or the id of a record"),
    ("bulkCreateRecords", ["orders", {}], 400, "api.bulkCreateRecords: a list of objects is expected"),
    ("bulkUpdateRecords", [], 400, "api.bulkUpdateRecords: a list of objects is expected"),
    ("bulkUpdateRecords", [[{}]], 400, "api.bulkUpdateRecords: every item needs the id of a record"),
    ("bulkDeleteRecords", ["r1"], 400, "api.bulkDeleteRecords: a list of ids is expected"),
    ("bulkDeleteRecords", [], 400, "api.bulkDeleteRecords: a list of ids is expected"),
    ("sendMail", [], 501, "the local workspace does not imitate api.sendMail"),
]


@pytest.mark.parametrize(("method", "args", "status", "message"), REFUSED)
def test_a_refusal_reaches_the_function_in_its_own_words(api: FunctionApi, method: str, args: list[Any], status: int, message: str) -> None:
    with pytest.raises(ApiFailed) as refused:
        api(method, args)
    assert (refused.value.status, str(refused.value)) == (status, message)


def test_what_a_function_writes_works_from_end_to_end(api: FunctionApi) -> None:
    code = """
async function run() {
  const made = await api.createRecord('orders', {status: executionParams.data.status});
  const page = await api.queryRecords('orders', {filter: {'data.status': 'new'}, pageSize: 1, includeTotal: true});
  const file = await api.storeAsCSV('orders', page.items.map((item) => item.data));
  const told = await api.httpPost('https://api.example.com/hook', {id: made.id});
  const sum = await api.crypto.sha256('abc');
  try {
    await api.createRecord('closed', {});
  } catch (error) {
    return {id: made.data.id, total: page.total, file, told: told.data, sum: sum.slice(0, 8), status: error.status, why: error.message};
  }
}"""
    with Sandbox(workers=1) as sandbox:
        ran = sandbox.run(code, trigger_params={}, execution_params={"data": {"status": "new"}}, timeout_ms=10_000, call=api)
    assert ran.output == {
        "id": "r1",
        "total": 1,
        "file": {"id": "f1", "url": "/files/orders.csv", "type": "text/csv", "size": 11},
        "told": ["POST", "https://api.example.com/hook", {"Content-Type": "application/json"}, '{"id": "r1"}'],
        "sum": "ba7816bf",
        "status": 400,
        "why": "amount: must be a number",
    }


def test_every_member_that_asks_the_host_is_answered(api: FunctionApi) -> None:
    inside = {"base64", "chunk", "evaluate", "formatDate", "log", "logError", "math", "merge", "renderTemplate", "toCSV", "toJSON", "uuid"}
    for method in API - inside - {"crypto"} | {"crypto.sha256", "crypto.hmacSha256", "crypto.rsaSign", "crypto.signJwt"}:
        with pytest.raises(ApiFailed) as refused:
            api(method, [None])
        assert refused.value.status != 501
