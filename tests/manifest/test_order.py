"""In which order members are written: every documented one has its place, at every depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.documents import feed
from centrali_deploy.manifest.nodes import Tree
from centrali_deploy.manifest.order import arranged

if TYPE_CHECKING:
    from centrali_deploy.address import Path


def order(path: Path, members: str) -> str:
    """The members, written with a space between them, in their order."""
    tree = Tree()
    feed(tree, "\n".join(f"{member}: 1" for member in members.split()))
    assert tree.root
    return " ".join(entry.key.text for entry in arranged(tree.root.entries, path) if entry.key)


@pytest.mark.parametrize(
    ("path", "members"),
    [
        ((), "$schema version workspace variables environments structures functions triggers orchestrations other"),
        (("variables", "v"), "type default description"),
        (("environments", "e"), "workspace variables overrides protect"),
        (("environments", "e", "overrides", "trigger/t"), "description function enabled executionType triggerMetadata"),
        (("environments", "e", "overrides", "structure/s", "properties", 0), "name type required"),
        (("structures", "s"), "renamedFrom name description status properties"),
        (("structures", "s", "properties", 0), "name type renamedFrom description required enum minLength other"),
        (("structures", "s", "properties", 0, "items"), "type other"),
        (("structures", "s", "properties", 0, "items", "properties", "p"), "name type minLength"),
        (("structures", "s", "properties", 0, "properties", "p", "properties", 1), "name type minLength"),
        (("functions", "f"), "description timeoutMs code"),
        (("functions", "f"), "description source timeoutMs"),
        (("triggers", "t", "triggerMetadata"), "scheduleType cronExpression timezone params"),
        (("triggers", "t", "triggerMetadata"), "event recordSlug params"),
        (("orchestrations", "o", "trigger"), "type eventType structureSlug other params"),
        (("orchestrations", "o", "steps", 0), "id name type function timeoutMs encryptedParams retry nextStepId"),
        (("orchestrations", "o", "steps", 0), "id name type cases defaultNextStepId"),
        (("orchestrations", "o", "steps", 0, "cases", 1), "conditions nextStepId"),
        (("orchestrations", "o", "steps", 0, "cases", 1, "conditions", 2), "path op value"),
        (("orchestrations", "o", "steps", 0, "encryptedParams", "K"), "value encrypt"),
    ],
)
def test_members_have_one_order(path: Path, members: str) -> None:
    assert order(path, " ".join(reversed(members.split()))) == members or "other" in members
    assert order(path, members) == members
    assert order(path, " ".join(sorted(members.split(), key=lambda member: member[::-1]))) == members


@pytest.mark.parametrize(
    "path",
    [
        ("structures",),
        ("variables",),
        ("environments", "e", "variables"),
        ("environments", "e", "overrides"),
        ("environments", "e", "overrides", "nothing/x"),
        ("other", "x"),
        ("structures", "s", "retentionPolicy"),
        ("structures", "s", "properties", 0, "properties"),
        ("triggers", "t", "triggerMetadata", "params"),
        ("triggers", "t", "triggerMetadata", "params", "type"),
        ("orchestrations", "o", "steps", 0, "encryptedParams"),
    ],
)
def test_what_people_name_themselves_stays_in_their_order(path: Path) -> None:
    assert order(path, "type b name a id") == "type b name a id"


def documented(value: Any, path: Path) -> list[tuple[Path, list[str]]]:
    if isinstance(value, dict):
        return [(path, list(value)), *(found for name, inside in value.items() for found in documented(inside, (*path, name)))]
    if isinstance(value, list):
        return [found for index, inside in enumerate(value) for found in documented(inside, (*path, index))]
    return []


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_order_does_not_depend_on_how_it_was_before(kind: Any) -> None:
    free = {"params", "encryptedParams", "retentionPolicy", "signingSecret"}
    for pair in kind.examples:
        for spec in pair:
            for path, members in documented(spec, (kind.section, "x")):
                if not members or free & set(path) or (len(path) > 2 and path[-1] == "properties"):
                    continue
                there, back = order(path, " ".join(members)), order(path, " ".join(reversed(members)))
                assert there == back, path
