"""What the tool believes of secrets, references and the ends of records, each as a scenario that any workspace can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from test_records_verified import RECORDS, made, record, structure

from centrali_deploy.wire import MASK, error_said, one, page

if TYPE_CHECKING:
    from api import Api

NOWHERE = "00000000-0000-4000-a000-000000000000"
MEGABYTE = 1024 * 1024


def chained(api: Api, levels: int) -> list[dict[str, Any]]:
    """Records of as many structures, each but the first referring to the one before as `of`."""
    found: list[dict[str, Any]] = []
    for level in range(levels):
        slug = api.name(f"s{level}")
        of = [{"name": "of", "type": "reference", "target": found[-1]["recordSlug"]}] if found else []
        api.structure(name=slug, recordSlug=slug, properties=[{"name": "title", "type": "string"}, *of])
        data = {"title": str(level), **({"of": found[-1]["id"]} if found else {})}
        found.append({**made(api, slug, **data), "recordSlug": slug})
    return found


def test_a_mask_that_is_sent_back_keeps_the_secret(api: Api) -> None:
    slug = structure(api, {"name": "pin", "type": "string", "isSecret": True, "maxLength": 4})
    first = made(api, slug, title="a", pin="1234")
    assert api.send("PATCH", RECORDS, f"/{first['id']}", json={"data": {"pin": "12345"}}).status_code == 400
    answer = api.send("PATCH", RECORDS, f"/{first['id']}", json={"data": {"title": "b", "pin": MASK}})
    assert answer.status_code == 200, "the mask is longer than a pin may be: it was taken for one"
    for shown in (first, one(answer.json()), one(api.send("GET", RECORDS, f"/{first['id']}").json())):
        assert shown["data"]["pin"] == MASK


def test_a_reference_to_what_is_not_there_is_refused_by_name(api: Api) -> None:
    target, slug = structure(api), api.name("o")
    api.structure(name=slug, recordSlug=slug, properties=[{"name": "customer", "type": "reference", "target": target}])
    answer = record(api, slug, customer=NOWHERE)
    said = str(error_said(answer.json()))
    assert answer.status_code == 400
    assert [word for word in ("customer", NOWHERE, target) if word not in said] == []


def test_references_are_expanded_three_levels_deep(api: Api) -> None:
    records = chained(api, 5)
    where = f"/{records[-1]['id']}?expand="
    data = one(api.send("GET", RECORDS, f"{where}of.of.of").raise_for_status().json())["data"]
    for expected in reversed(records[1:-1]):
        assert data["of"] == expected["id"]
        other = data["_expanded"]["of"]
        assert (set(other), other["id"]) == ({"id", "data"}, expected["id"])
        data = other["data"]
    assert "_expanded" not in data
    assert api.send("GET", RECORDS, f"{where}of.of.of.of").status_code == 400


def test_what_has_expired_is_hidden(api: Api) -> None:
    slug = structure(api, defaultTtlSeconds=3600)
    sent = {
        "by default": {},
        "soon": {"ttlSeconds": 2},
        "by date": {"ttlSeconds": 2, "expiresAt": "2099-01-01T00:00:00Z"},
    }
    bodies = [{"data": {"title": title}, **members} for title, members in sent.items()]
    ids = [one(api.send("POST", RECORDS, f"/slug/{slug}", json=body).raise_for_status().json())["id"] for body in bodies]
    api.later(4)
    assert [api.send("GET", RECORDS, f"/{id_}").status_code for id_ in ids] == [200, 404, 200]
    left = page(api.send("GET", RECORDS, f"/slug/{slug}?sort=data.title").json()).items
    assert [(each["data"]["title"], each["expiresAt"][:4] == "2099") for each in left] == [("by date", True), ("by default", False)]


def test_a_record_has_at_most_a_megabyte(api: Api) -> None:
    slug = str(api.structure(schemaDiscoveryMode="schemaless")["recordSlug"])
    assert record(api, slug, text="x" * (MEGABYTE - 1000)).status_code == 201
    assert record(api, slug, text="x" * MEGABYTE).status_code in {400, 413}
