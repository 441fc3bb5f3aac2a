"""What functions are given: records in every dialect that functions of others use, files, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from living import Living


def tried(acme: Living, body: str, **params: Any) -> Any:
    answer = acme.client.post("compute-functions/test", json={"code": f"async function run() {{ {body} }}", "params": params}).json()
    assert answer["success"], answer
    return answer["output"]


@pytest.fixture
def jobs(acme: Living) -> Living:
    acme.structure("jobs")
    for number, status in enumerate(("new", "done", "done")):
        acme.record("jobs", status=status, n=number, at=f"2026-01-0{number + 1}T00:00:00Z")
    return acme


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (("const r = await api.queryRecords('jobs', {filter: {'data.status': 'done'}, pageSize: 1, includeTotal: true});"
         "return [r.items.length, r.total, r.items[0].data.status]"), [1, 2, "done"]),
        ("const r = await api.queryRecords('jobs', {'data.status': 'new'}); return r.items.map((i) => i.data.n)", [0]),
        (("const r = await api.queryRecords('jobs', {filter: {'data.n': {gte: 1}}, page: 2, pageSize: 1, sort: 'data.n'});"
         "return r.items.map((i) => i.data.n)"), [2]),
        (("const r = await api.queryRecords('jobs', {where: {'data.n': {gte: 1}}, sort: [{field: 'data.n', direction: 'desc'}],"
         "page: {limit: 10, offset: 0}}); return [r.data.map((i) => i.data.n), typeof r.meta]"), [[2, 1], "object"]),
        (("const r = await api.queryRecords('jobs', {dateWindow: {field: 'data.at', to: '2026-01-02T12:00:00Z'}, pageSize: 10});"
         "return r.items.map((i) => i.data.n).sort()"), [0, 1]),
        (("const r = await api.queryRecords('jobs', {pageSize: 10}); for (const i of r.items) await api.deleteRecord(i.id, true);"
         "return (await api.queryRecords('jobs', {includeTotal: true, pageSize: 1})).total"), 0),
    ],
)  # fmt: skip
def test_functions_of_others_work_as_they_are(code: str, found: Any, jobs: Living) -> None:
    assert tried(jobs, code) == found


def test_what_a_function_asks_for_in_vain_reaches_it_as_an_error(jobs: Living) -> None:
    code = "try { await api.createRecord('gone', {}) } catch (error) { return [error.message, error.status] }"
    message, status = tried(jobs, code)
    assert ("gone" in message, status) == (True, 404)


def test_a_stored_file_can_be_fetched(acme: Living) -> None:
    file = tried(acme, "return await api.storeAsCSV('a.csv', [{x: 1, y: 'z'}])")
    about = acme.client.get(f"files/{file['id']}").json()
    assert (about["name"], about["contentType"], about["size"], "content" in about) == ("a.csv", "text/csv", 8, False)
    answer = acme.client.get(f"files/{file['id']}?download")
    assert (answer.text, answer.headers["content-type"]) == ("x,y\n1,z\n", "text/csv; charset=utf-8")
    assert acme.client.get("files/gone").status_code == 404


def test_only_allowed_domains_are_reached(acme: Living) -> None:
    code = "try { await api.httpRequest({url: 'https://api.example.com/'}) } catch (error) { return [error.message, error.status] }"
    message, status = tried(acme, code)
    assert (message, status) == ("api.example.com is not among the allowed domains of the workspace: add it there first", 403)
    acme.made("allowed-domains", {"domain": "localhost"})
    message, _ = tried(acme, code.replace("https://api.example.com", "http://localhost"))
    assert "which functions must not reach" in message


def test_what_a_function_writes_sets_off_triggers(jobs: Living) -> None:
    jobs.trigger(jobs.function("return executionParams.data.n"), "event-driven", event="record_created", recordSlug="jobs")
    tried(jobs, "await api.bulkCreateRecords('jobs', [{n: 8}]); await api.batchCreateRecords('jobs', [{n: 9}])")
    assert jobs.drain() == 1
    assert jobs.runs()[0]["runData"] == 9
