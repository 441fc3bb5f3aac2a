"""Declared resources seen together: what nobody declared is listed, and what is nearly declared is warned of instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.address import path_text
from centrali_deploy.errors import ManifestError
from centrali_deploy.manifest.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.manifest.loading import Loaded


def loaded(manifest: Callable[..., str], does: str = "", function: str = "send-mail", slug: str = "orders") -> Loaded:
    content: Any = {
        "version": 1,
        "structures": {"orders": {"name": "Orders"}},
        "functions": {"send-mail": {"code": f"async function run() {{ {does} }}"}},
        "triggers": {
            "t": {
                "function": function,
                "executionType": "event-driven",
                "triggerMetadata": {"event": "record_created", "recordSlug": slug},
            }
        },
    }
    return load([manifest(content)], {})


@pytest.mark.parametrize(
    ("written", "warned", "listed"),
    [
        ({}, [], []),
        ({"function": "charge-card"}, [], [("trigger/t", "function", "function/charge-card")]),
        ({"function": "send-mial"}, ["function/send-mial is not declared here."], []),
        ({"slug": "order"}, ["structure/order is not declared here."], []),
        ({"slug": "people"}, [], [("trigger/t", "triggerMetadata.recordSlug", "structure/people")]),
        ({"does": "await api.queryRecords('order')"}, ['No structure "order" is declared.'], []),
        ({"does": "await api.queryRecords('people')"}, [], [("function/send-mail", "code", "structure/people")]),
        (
            {"does": "await api.queryRecords('people'); await api.queryRecords('people')"},
            [],
            [("function/send-mail", "code", "structure/people")],
        ),
    ],
)
def test_what_leads_out_of_the_manifests_is_either_warned_of_or_listed(
    written: dict[str, str], warned: list[str], listed: list[tuple[str, str, str]], manifest: Callable[..., str]
) -> None:
    found = loaded(manifest, **written)
    assert [warning.message for warning in found.warnings] == warned
    assert [(str(address), path_text(ref.path), str(ref.target)) for ref, address, _ in found.undeclared] == listed


WRONG = {
    "structure": ("structures", "order", {"name": 5}),
    "domain": ("allowedDomains", "api.stripe.com", {"nothing": 5}),
    "trigger": ("triggers", "u", {"function": "f", "executionType": "endpoint", "triggerMetadata": {}}),
}


@pytest.mark.parametrize(
    ("wrong", "does", "warned"),
    [
        ("structure", "await api.queryRecords('order')", []),
        ("structure", "await api.queryRecords('orderz')", ['No structure "orderz" is declared.']),
        ("trigger", "await api.queryRecords('orderz')", ['No structure "orderz" is declared.']),
        ("domain", "await api.httpPost('https://api.stripe.com/x', {})", []),
        (
            "domain",
            "await api.httpPost('https://other.com/x', {})",
            ['"other.com" is not declared among allowedDomains; it may be allowed in the workspace.'],
        ),
        ("structure", "executionParams.headers", ["executionParams.headers is never there."]),
        ("domain", "executionParams.headers", ["executionParams.headers is never there."]),
        ("trigger", "executionParams.headers", []),
    ],
)
def test_one_that_is_wrong_holds_back_only_the_warnings_that_may_be_about_it(
    wrong: str, does: str, warned: list[str], manifest: Callable[..., str]
) -> None:
    section, name, spec = WRONG[wrong]
    content: Any = {
        "version": 1,
        "structures": {"orders": {"name": "Orders"}},
        "allowedDomains": {"example.com": None},
        "functions": {"f": {"code": f"async function run() {{ {does} }}"}},
        "triggers": {"t": {"function": "f", "executionType": "scheduled", "triggerMetadata": {"interval": 60}}},
    }
    content[section][name] = spec
    with pytest.raises(ManifestError) as caught:
        load([manifest(content)], {})
    assert [problem.message for problem in caught.value.problems if problem.severity == "warning"] == warned
