"""Stored values are never lost by surprise: they are counted before the question, and a loss needs a consent of its own."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.cli.connection import Settings, connect
from centrali_deploy.errors import Unreachable
from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault
from centrali_deploy.manifest.loading import load
from centrali_deploy.remote.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOCAL = ("--local",)
TITLE, TOTAL = {"name": "title", "type": "string"}, {"name": "total", "type": "number"}


def manifest(folder: Path, *properties: Any, **head: Any) -> None:
    text = {"version": 1, "workspace": "acme-dev", **head, "structures": {"orders": {"name": "Orders", "properties": list(properties)}}}
    (folder / "workspace.yaml").write_text(json.dumps(text))


def other_hands() -> Any:
    return connect(Settings(local=""), load(["workspace.yaml"], {}), {})


@pytest.fixture
def orders(centrali: Callable[..., Any], project: Path) -> Path:
    """Three orders, two of which have a total."""
    manifest(project, TITLE, TOTAL)
    assert centrali("apply", *LOCAL, "--yes").code == 0
    with other_hands() as client:
        for data in ({"title": "a", "total": 1}, {"title": "b", "total": 2}, {"title": "c"}):
            client.request("POST", "records/slug/orders", json={"data": data})
    return project


@pytest.mark.parametrize("consent", ["structure/orders", "structure/orders.total"])
def test_a_removed_property_needs_a_consent_that_yes_does_not_give(consent: str, centrali: Callable[..., Any], orders: Path) -> None:
    manifest(orders, TITLE)
    plan = centrali("plan", *LOCAL).out
    assert "LOSS  structure/orders properties[total]: its values are out of reach (2 of 3 records would lose a value)" in plan
    assert "If that is meant, pass --allow-data-loss structure/orders.total." in plan
    refused = centrali("apply", *LOCAL, "--yes")
    assert (refused.code, "2 of 3 records" in refused.err) == (8, True)
    with other_hands() as client:
        assert len(client.request("GET", "records/slug/orders")["data"]) == 3
    assert "1 to update" in centrali("plan", *LOCAL).out
    assert centrali("apply", *LOCAL, "--yes", "--allow-data-loss", consent).code == 0


def test_what_no_record_has_can_be_removed(centrali: Callable[..., Any], project: Path) -> None:
    manifest(project, TITLE, TOTAL)
    centrali("apply", *LOCAL, "--yes")
    manifest(project, TITLE)
    assert (
        "safe  structure/orders properties[total]: its values are out of reach (0 records would lose a value)"
        in centrali("plan", *LOCAL).out
    )
    assert centrali("apply", *LOCAL, "--yes").code == 0


def test_another_type_is_a_loss_and_a_narrower_one_is_a_risk(centrali: Callable[..., Any], orders: Path) -> None:
    manifest(orders, {**TITLE, "enum": ["a"]}, {**TOTAL, "type": "string"})
    parts = json.loads(centrali("plan", *LOCAL, "-o", "json").out)["plan"]
    assert [(h["path"], h["class"], h["records"], h["of"]) for h in parts["hazards"]] == [
        ("properties[title].enum", "risky", 2, 3),
        ("properties[total]", "losing", 2, 3),
    ]
    assert [refusal["rule"] for refusal in parts["refusals"]] == ["data-loss"]
    assert centrali("apply", *LOCAL, "--yes").code == 8
    assert centrali("apply", *LOCAL, "--yes", "--allow-data-loss", "structure/orders.total").code in {0, 7}  # the API has a word, too


def test_a_structure_with_records_is_not_destroyed_without_consent(centrali: Callable[..., Any], orders: Path) -> None:
    refused = centrali("destroy", *LOCAL, "--yes")
    assert (refused.code, "its records are deleted with it (3 records would be lost)" in refused.err) == (8, True)
    assert centrali("destroy", *LOCAL, "--yes", "--allow-data-loss", "structure/orders").code == 0
    assert orders.exists()


def test_a_consent_to_nothing_is_probably_meant_for_something_else(centrali: Callable[..., Any], orders: Path) -> None:
    manifest(orders, TITLE)
    for wrong, meant in (("structure/order", "structure/orders"), ("structure/orders.totl", "structure/orders.total")):
        found = centrali("apply", *LOCAL, "--yes", "--allow-data-loss", wrong)
        assert (found.code, f"Did you mean {meant}?" in found.err) == (3, True)
    assert "1 to update" in centrali("plan", *LOCAL).out


def test_a_risk_is_no_loss_and_takes_no_consent(centrali: Callable[..., Any], orders: Path) -> None:
    manifest(orders, {**TITLE, "enum": ["a"]}, TOTAL)
    found = centrali("apply", *LOCAL, "--yes", "--allow-data-loss", "structure/orders.title")
    assert (found.code, "Leave it out: nothing is lost." in found.err) == (3, True)
    found = centrali("apply", *LOCAL, "--yes")
    assert (
        found.code,
        "risk  structure/orders properties[title].enum: other values are no longer right (2 of 3 records)" in found.out,
    ) == (
        0,
        True,
    )


def test_what_cannot_be_counted_is_not_none(centrali: Callable[..., Any], orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest(orders, TITLE)
    with monkeypatch.context() as patch:
        patch.setattr(
            "centrali_deploy.local.app.create_app", partial(create_app, faults=[Fault("POST", "records/query", "403", times=None)])
        )
        plan = centrali("plan", *LOCAL)
        assert (plan.code, "how many would lose a value is not known: POST /records/query" in plan.out) == (0, True)
        refused = centrali("apply", *LOCAL, "--yes")
        assert (refused.code, "--allow-data-loss structure/orders.total" in refused.err) == (8, True)
        assert centrali("apply", *LOCAL, "--yes", "--allow-data-loss", "structure/orders.total").code == 0


def test_a_secret_is_counted_by_nobody_unless_there_are_no_records(centrali: Callable[..., Any], project: Path) -> None:
    manifest(project, TITLE, {"name": "key", "type": "string", "isSecret": True})
    centrali("apply", *LOCAL, "--yes")
    manifest(project, TITLE)
    assert "(0 records would lose a value)" in centrali("plan", *LOCAL).out
    with other_hands() as client:
        client.request("POST", "records/slug/orders", json={"data": {"title": "a", "key": "canary"}})
    found = centrali("apply", *LOCAL, "--yes")
    assert (found.code, "how many of 1 record would lose a value is not known" in found.err) == (8, True)


def test_records_that_come_after_the_plan_count_when_it_is_applied(centrali: Callable[..., Any], project: Path) -> None:
    manifest(project, TITLE, TOTAL)
    centrali("apply", *LOCAL, "--yes")
    manifest(project, TITLE)
    assert centrali("plan", *LOCAL, "--out", "p.json").code == 0
    with other_hands() as client:
        client.request("POST", "records/slug/orders", json={"data": {"title": "a", "total": 1}})
    found = centrali("apply", "--local=.centrali/local.db", "--yes", "p.json")
    assert (found.code, "1 record would lose a value" in found.err) == (8, True)
    assert "(0 records would lose a value)" in centrali("show", "p.json").out


def test_a_consent_is_saved_with_its_plan(centrali: Callable[..., Any], orders: Path) -> None:
    manifest(orders, TITLE)
    centrali("plan", *LOCAL, "--allow-data-loss", "structure/orders.total", "--out", "p.json")
    assert centrali("apply", *LOCAL, "--yes", "--allow-data-loss", "structure/orders", "p.json").code == 3
    assert centrali("apply", "--local=.centrali/local.db", "--yes", "p.json").code == 0


def records(where: Any = None) -> list[Any]:
    with other_hands() as client:
        found = client.request("POST", "records/query", json={"resource": "orders", "where": where or {}, "page": {"limit": 500}})
    return [record["data"] for record in found["data"]]


def test_a_renamed_property_takes_its_values_along(centrali: Callable[..., Any], orders: Path) -> None:
    manifest(orders, TITLE, {"name": "sum", "type": "number", "renamedFrom": "total", "minimum": 0})
    assert "copy  structure/orders properties[sum]: values are copied from total (2 of 3 records)" in centrali("plan", *LOCAL).out
    assert centrali("apply", *LOCAL, "--yes").code == 0
    assert [(data.get("sum"), data["title"]) for data in records()] == [(1, "a"), (2, "b"), (None, "c")]
    assert "No changes. 1 unchanged." in centrali("plan", *LOCAL).out


def test_of_a_required_and_unique_property_too(centrali: Callable[..., Any], orders: Path) -> None:
    manifest(orders, {"name": "heading", "type": "string", "renamedFrom": "title", "required": True, "isUnique": True}, TOTAL)
    assert centrali("apply", *LOCAL, "--yes").code == 0
    assert sorted(data["heading"] for data in records()) == ["a", "b", "c"]


def test_values_of_a_secret_property_cannot_be_taken_along(centrali: Callable[..., Any], project: Path) -> None:
    manifest(project, {"name": "pin", "type": "string", "isSecret": True})
    centrali("apply", *LOCAL, "--yes")
    with other_hands() as client:
        client.request("POST", "records/slug/orders", json={"data": {"pin": "1234"}})
    manifest(project, {"name": "code", "type": "string", "isSecret": True, "renamedFrom": "pin"})
    found = centrali("apply", *LOCAL, "--yes")
    assert (found.code, "values under pin cannot be taken along: they are secret" in found.err) == (8, True)


def test_wherever_copying_breaks_off_the_next_apply_goes_on(
    centrali: Callable[..., Any], orders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("centrali_deploy.remote.copying.PAGE", 4)
    with other_hands() as client:
        for n in range(9):
            client.request("POST", "records/slug/orders", json={"data": {"title": "x", "total": n}})
    before = sorted(data["total"] for data in records() if "total" in data)
    manifest(orders, TITLE, {"name": "sum", "type": "number", "renamedFrom": "total"})
    asked, sent, limits = Client.request, [], list(range(1, 30))

    def breaking(client: Client, method: str, path: str, **parts: Any) -> Any:
        asked_for = parts.get("json") or {}
        if path == "records/bulk" or (asked_for.get("resource") == "orders" and "includeTotal" not in asked_for):
            sent.append(path)
            if len(sent) == limits[0]:
                raise Unreachable("gone")
        return asked(client, method, path, **parts)

    for _ in range(20):
        sent.clear()
        monkeypatch.setattr(Client, "request", breaking)
        code = centrali("apply", *LOCAL, "--yes").code
        monkeypatch.setattr(Client, "request", asked)
        values = [data.get("sum", data.get("total")) for data in records()]
        assert sorted(value for value in values if value is not None) == before
        if code == 0:
            break
        limits.pop(0)
    assert (code, limits[0] > 5) == (0, True)
    assert sorted(data["sum"] for data in records() if "sum" in data) == before
    assert "No changes. 1 unchanged." in centrali("plan", *LOCAL).out
