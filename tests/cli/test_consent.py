"""Stored values are never lost by surprise: they are counted before the question, and a loss needs a consent of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.cli.connection import Settings, connect
from centrali_deploy.manifest.loading import load

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
    assert "LOSS  structure/orders properties[total]: its values are out of reach (2 of 3 records)" in plan
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
    assert "safe  structure/orders properties[total]: its values are out of reach (0 records)" in centrali("plan", *LOCAL).out
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
    assert (refused.code, "its records are deleted with it (3 records)" in refused.err) == (8, True)
    assert centrali("destroy", *LOCAL, "--yes", "--allow-data-loss", "structure/orders").code == 0
    assert orders.exists()


def test_a_consent_to_nothing_is_probably_meant_for_something_else(centrali: Callable[..., Any], orders: Path) -> None:
    manifest(orders, TITLE)
    found = centrali("apply", *LOCAL, "--yes", "--allow-data-loss", "structure/order")
    assert (found.code, "Did you mean structure/orders?" in found.err) == (3, True)


def test_a_consent_is_saved_with_its_plan(centrali: Callable[..., Any], orders: Path) -> None:
    manifest(orders, TITLE)
    centrali("plan", *LOCAL, "--allow-data-loss", "structure/orders.total", "--out", "p.json")
    assert centrali("apply", *LOCAL, "--yes", "--allow-data-loss", "structure/orders", "p.json").code == 3
    assert centrali("apply", "--local=.centrali/local.db", "--yes", "p.json").code == 0
