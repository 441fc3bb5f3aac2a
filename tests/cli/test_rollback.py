"""One apply is taken back from the outside, whatever it did, and nothing else is touched."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.cli.connection import Settings, connect
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.loading import load
from centrali_deploy.remote.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx

CODE = "async function run() {}"
F = {"code": CODE, "timeoutMs": 1000}
TITLE, TOTAL = {"name": "title", "type": "string"}, {"name": "total", "type": "number"}
DAILY = {"function": "f", "executionType": "scheduled", "triggerMetadata": {"scheduleType": "interval", "interval": 86400}}
CALLED = {"function": "f", "executionType": "on-demand"}
FLOW = {
    "name": "Flow",
    "status": "active",
    "trigger": {"type": "on-demand"},
    "steps": [{"id": "one", "type": "compute", "function": "f"}],
}


def orders(*properties: Any) -> dict[str, Any]:
    return {"orders": {"name": "Orders", "properties": list(properties)}}


def called(**params: Any) -> dict[str, Any]:
    return {"t": {**CALLED, "triggerMetadata": {"params": params}}}


def secret(name: str) -> dict[str, Any]:
    return {"value": f"${{env:{name}}}", "encrypt": True}


def manifest(**sections: Any) -> None:
    with open("workspace.yaml", "w", encoding="utf-8") as file:  # noqa: PTH123 -- where the command looks
        json.dump({"version": 1, "workspace": "acme-dev", **sections}, file)


def other_hands() -> Any:
    return connect(Settings(local=""), load(["workspace.yaml"], {}), {})


def live() -> dict[str, Any]:
    """Every resource by kind and name, without what the API sets."""
    with other_hands() as client:
        return {
            f"{kind.name}/{item[kind.identity]}": {m: item[m] for m in item if m in kind.members}
            for kind in KINDS.values()
            for item in client.items(kind)
            if item[kind.identity] not in kind.reserved
        }


@pytest.fixture
def apply(centrali: Callable[..., Any], project: Path) -> Callable[..., None]:
    """Write a manifest and apply it."""
    assert project.exists()

    def apply(*options: str, **sections: Any) -> None:
        manifest(**sections)
        found = centrali("apply", "--local", "--yes", *options)
        assert found.code == 0, found.out + found.err

    return apply


@pytest.fixture
def rollback(centrali: Callable[..., Any]) -> Callable[..., Any]:
    """Roll back; what was rolled back shows no drift."""

    def rollback(*words: str) -> Any:
        found = centrali("rollback", "--local", "--yes", *words)
        assert found.code == 0, found.out + found.err
        drift = centrali("drift", "--local")
        assert drift.code == 0, drift
        return found

    return rollback


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "update": ({"functions": {"f": F}}, {"functions": {"f": {**F, "timeoutMs": 2000}}}, "timeoutMs: 2000 -> 1000"),
    "update of what had no value": (
        {"functions": {"f": F}},
        {"functions": {"f": {**F, "description": "new"}}},
        "(removed)",
    ),
    "create": ({"functions": {"f": F}}, {"functions": {"f": F, "g": F}}, "- function/g  made by that apply"),
    "several creates": ({"functions": {"f": F}}, {"functions": dict.fromkeys("fghijk", F)}, "5 to delete"),
    "create of what others now refer to": (
        {"functions": {"f": F}, "triggers": {"t": CALLED}},
        {"functions": {"f": F, "g": F}, "triggers": {"t": {**CALLED, "function": "g"}}},
        "1 to update, 1 to delete",
    ),
    "create with what refers to it": (
        {"functions": {"f": F}},
        {"functions": {"f": F, "g": F}, "triggers": {"t": {**CALLED, "function": "g"}}},
        "2 to delete",
    ),
    "long text": ({"functions": {"f": F}}, {"functions": {"f": {**F, "code": CODE + "  // " + "x" * 300}}}, "code:"),
    "rename of what others refer to who stay": (
        {"functions": {"f": F}, "triggers": {"t": CALLED}},
        {"functions": {"g": {**F, "renamedFrom": "f"}}, "triggers": {"t": {**CALLED, "function": "g"}}},
        "renamed from g",
    ),
    "delete": ({"functions": {"f": F, "g": F}}, {"functions": {"f": F}}, "+ function/g"),
    "delete of two that belong together": (
        {"functions": {"f": F, "g": F}, "triggers": {"t": CALLED}},
        {"functions": {"g": F}},
        "2 to create",
    ),
    "delete of what is active": (
        {"functions": {"f": F}, "orchestrations": {"flow": FLOW}},
        {"functions": {"f": F}},
        "+ orchestration/flow",
    ),
    "rename": ({"functions": {"f": F}}, {"functions": {"g": {**F, "renamedFrom": "f"}}}, "renamed from g"),
    "rename of what others refer to": (
        {"functions": {"f": F}, "triggers": {"t": CALLED}},
        {"functions": {"g": {**F, "renamedFrom": "f"}}, "triggers": {"t": {**CALLED, "function": "g", "description": "x"}}},
        "renamed from g",
    ),
    "replace": ({"functions": {"f": F}, "triggers": {"t": CALLED}}, {"functions": {"f": F}, "triggers": {"t": DAILY}}, "executionType"),
    "added property": ({"structures": orders(TITLE)}, {"structures": orders(TITLE, TOTAL)}, "properties[total]"),
    "removed property": ({"structures": orders(TITLE, TOTAL)}, {"structures": orders(TITLE)}, "properties[total]"),
    "renamed property": (
        {"structures": orders(TITLE, TOTAL)},
        {"structures": orders(TITLE, {**TOTAL, "name": "sum", "renamedFrom": "total"})},
        "properties[total]",
    ),
    "state": (
        {"functions": {"f": F}, "triggers": {"t": CALLED}},
        {"functions": {"f": F}, "triggers": {"t": {**CALLED, "enabled": False}}},
        "enabled",
    ),
}


@pytest.mark.parametrize(("before", "after", "said"), CASES.values(), ids=CASES)
def test_everything_is_as_it_was_before_and_comes_back_as_yours(
    before: dict[str, Any],
    after: dict[str, Any],
    said: str,
    apply: Callable[..., None],
    rollback: Callable[..., Any],
    centrali: Callable[..., Any],
) -> None:
    apply(**before)
    was = live()
    apply("--prune", **after)
    then = live()
    found = rollback()
    assert said in found.out
    assert live() == was
    again = centrali("plan", "--local", "--prune").out
    assert ("No changes" in again, "somebody else" in again) == (False, False)
    assert "rollback of 2" in centrali("history", "--local").out
    rollback("3")
    assert live() == then


@pytest.mark.parametrize(("before", "after", "said"), CASES.values(), ids=CASES)
def test_the_earlier_manifest_has_nothing_to_change_afterwards(
    before: dict[str, Any],
    after: dict[str, Any],
    said: str,
    apply: Callable[..., None],
    rollback: Callable[..., Any],
    centrali: Callable[..., Any],
) -> None:
    assert said
    apply(**before)
    apply("--prune", **after)
    rollback()
    manifest(**before)
    assert "No changes." in centrali("plan", "--local", "--prune").out


def test_only_that_apply_is_taken_back(apply: Callable[..., None], rollback: Callable[..., Any], centrali: Callable[..., Any]) -> None:
    apply(functions={"f": F, "h": F})
    apply(functions={"f": {**F, "timeoutMs": 2000}, "g": F, "h": F})
    apply(functions={"f": {**F, "timeoutMs": 2000, "description": "later"}, "g": F, "h": {**F, "timeoutMs": 3000}})
    with other_hands() as client:
        client.create(KINDS["function"], {"name": "theirs", "code": CODE})
    found = rollback("2")
    assert "1 to update" in found.out
    assert "not declared here" not in found.out
    now = live()
    assert set(now) == {"function/f", "function/h", "function/theirs"}
    assert (now["function/f"]["timeoutMs"], now["function/f"]["description"]) == (1000, "later")
    assert now["function/h"]["timeoutMs"] == 3000
    recorded = json.loads(centrali("drift", "--local", "-o", "json").out)["recorded"]
    assert recorded == 2
    said = centrali("plan", "--local").out
    assert "timeoutMs: 1000 -> 2000" in said
    assert "1 to create, 1 to update" in said


def test_one_that_was_begun_goes_on(apply: Callable[..., None], rollback: Callable[..., Any]) -> None:
    apply(functions={"f": F, "g": F})
    apply("--prune", functions={"f": {**F, "timeoutMs": 2000}, "h": F})
    with other_hands() as client:
        client.delete(KINDS["function"], client.find(KINDS["function"], "h")["id"])
        client.update(KINDS["function"], client.find(KINDS["function"], "f")["id"], {"timeoutMs": 1000})
    found = rollback("2")
    assert "function/h  already gone" in found.out
    assert set(live()) == {"function/f", "function/g"}


def test_it_previews_and_asks(apply: Callable[..., None], centrali: Callable[..., Any]) -> None:
    apply(functions={"f": F})
    apply(functions={"f": {**F, "timeoutMs": 2000}})
    found = centrali("rollback", "--local")
    assert (found.code, "timeoutMs: 2000 -> 1000" in found.out, "the next apply of them would bring it back" in found.out) == (
        9,
        True,
        True,
    )
    assert live()["function/f"]["timeoutMs"] == 2000


def test_an_encrypted_value_stays_as_it_is_and_is_named(
    apply: Callable[..., None], rollback: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONE", "canary-1")
    monkeypatch.setenv("TWO", "canary-2")
    apply(functions={"f": F}, triggers=called(key=secret("ONE")))
    apply(functions={"f": {**F, "timeoutMs": 2000}}, triggers=called(key=secret("TWO")))
    found = rollback()
    assert "triggerMetadata of trigger/t stays as it is: triggerMetadata.params.key.value is encrypted" in found.out
    assert live()["function/f"]["timeoutMs"] == 1000


def test_what_would_have_to_be_made_with_an_encrypted_value_is_named_and_the_rest_goes_back(
    apply: Callable[..., None], centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONE", "canary-1")
    apply(functions={"f": F}, triggers=called(key=secret("ONE")))
    apply("--prune", functions={"f": {**F, "timeoutMs": 2000}})
    found = centrali("rollback", "--local", "--yes")
    said = "trigger/t is not made again: triggerMetadata.params.key.value is encrypted, and its value was never kept."
    assert (found.code, said in found.out, "Not made again: trigger/t. The rest is rolled back." in found.err) == (8, True, True)
    assert (live()["function/f"]["timeoutMs"], "trigger/t" in live()) == (1000, False)


def test_what_cannot_be_sent_without_its_secret_stays_and_the_rest_goes_back(
    apply: Callable[..., None], rollback: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONE", "canary-1")
    calls = called(key=secret("ONE"))
    apply(functions={"f": F}, triggers=calls)
    apply(functions={"f": {**F, "timeoutMs": 2000}}, triggers={"t": {**calls["t"], "description": "new", "enabled": False}})
    found = rollback()
    assert "trigger/t is left as it is but for its state: triggerMetadata.params.key.value is encrypted" in found.out
    now = live()
    assert (now["function/f"]["timeoutMs"], now["trigger/t"]["description"], now["trigger/t"]["enabled"]) == (1000, "new", True)


def test_stored_values_need_a_consent_and_do_not_come_back(apply: Callable[..., None], centrali: Callable[..., Any]) -> None:
    apply(functions={"f": F})
    apply(functions={"f": F}, structures=orders(TITLE, TOTAL))
    with other_hands() as client:
        client.request("POST", "records/slug/orders", json={"data": {"title": "a", "total": 1}})
    apply("--allow-data-loss", "structure/orders", functions={"f": F}, structures=orders(TITLE))
    lost = centrali("rollback", "--local").out
    assert "Only the definition of properties[total] of structure/orders comes back, without the values that were dropped." in lost
    refused = centrali("rollback", "2", "--local", "--yes")
    assert (refused.code, "--allow-data-loss structure/orders" in refused.err) == (8, True)
    assert centrali("rollback", "2", "--local", "--yes", "--allow-data-loss", "structure/orders").code == 0
    assert set(live()) == {"function/f"}
    again = centrali("rollback", "4", "--local").out
    assert "Only the definition of structure/orders comes back, without the records that it had." in again


def test_what_is_protected_stays(apply: Callable[..., None], centrali: Callable[..., Any]) -> None:
    apply(functions={"f": F})
    apply(functions={"f": {**F, "timeoutMs": 2000}})
    manifest(functions={"f": F}, environments={"production": {"protect": ["function/*"]}})
    assert centrali("rollback", "--local", "--yes", "-e", "production").code == 8


def test_what_is_gone_or_there_again_is_left_alone(apply: Callable[..., None], rollback: Callable[..., Any]) -> None:
    apply(functions={"f": F, "g": F})
    apply("--prune", functions={"f": {**F, "timeoutMs": 2000}})
    apply("--prune", functions={"g": {**F, "timeoutMs": 3000}})
    found = rollback("2")
    assert "function/f is gone: there is nothing to take back." in found.out
    assert "function/g is left as it is: it is there again." in found.out
    assert "No changes." in found.out


def test_what_was_destroyed_is_said_to_be_gone_and_what_was_forgotten_not(apply: Callable[..., None], centrali: Callable[..., Any]) -> None:
    apply(functions={"f": F, "g": F})
    assert centrali("forget", "function/g", "--local").code == 0
    assert centrali("destroy", "--local", "--yes").code == 0
    found = centrali("rollback", "1", "--local", "--yes")
    assert found.code == 0
    assert "function/f is gone: there is nothing to take back." in found.out
    assert "function/g is left as it is: it is no longer ours." in found.out


def test_a_member_that_was_not_managed_before_is_not_afterwards(
    apply: Callable[..., None], rollback: Callable[..., Any], centrali: Callable[..., Any]
) -> None:
    apply(functions={"f": F})
    with other_hands() as client:
        client.update(KINDS["function"], client.find(KINDS["function"], "f")["id"], {"description": "theirs"})
    apply(functions={"f": {**F, "description": "ours"}})
    rollback()
    manifest(functions={"f": F})
    assert "No changes." in centrali("plan", "--local").out
    assert live()["function/f"]["description"] == "theirs"


def test_it_is_told_as_json(apply: Callable[..., None], centrali: Callable[..., Any]) -> None:
    apply(functions={"f": F})
    apply(functions={"f": F, "g": F})
    said = json.loads(centrali("rollback", "--local", "--yes", "-o", "json").out)
    assert said["rollback"] == {"of": 2, "remarks": [], "missing": []}
    assert [outcome["address"] for outcome in said["outcomes"]] == ["function/g"]


def test_without_a_number_no_rollback_is_taken_back_by_itself(
    apply: Callable[..., None], rollback: Callable[..., Any], centrali: Callable[..., Any]
) -> None:
    apply(functions={"f": F})
    apply(functions={"f": F, "g": F})
    rollback()
    found = centrali("rollback", "--local", "--yes")
    assert (found.code, set(live())) == (3, {"function/f"})
    assert "The latest that changed something, 3, is itself a rollback of 2." in found.err
    assert "To go on with it: centrali-deploy rollback 2. To take it back: centrali-deploy rollback 3." in found.err
    apply(functions={"f": F, "h": F})
    assert "Back to before apply 4" in rollback().out


def test_it_is_streamed_and_slowed_down_like_an_apply(apply: Callable[..., None], centrali: Callable[..., Any]) -> None:
    apply(functions={"f": F})
    apply(functions={"f": F, "g": F})
    found = centrali("rollback", "--local", "--yes", "-o", "json", "--stream", "--max-requests-per-minute", "6000")
    events = [json.loads(line) for line in found.out.splitlines()]
    assert (found.code, [e["outcome"]["address"] for e in events if e["event"] == "outcome"]) == (0, ["function/g"])
    forgotten = centrali("forget", "function/f", "--local", "-o", "json", "--stream", "--max-requests-per-minute", "6000")
    last = json.loads(forgotten.out.splitlines()[-1])
    assert (forgotten.code, last["event"], last["forgotten"]) == (0, "end", ["function/f"])


def test_a_number_that_is_not_there_and_an_apply_that_changed_nothing_are_told(
    apply: Callable[..., None], centrali: Callable[..., Any]
) -> None:
    manifest(functions={"f": F})
    nothing = centrali("rollback", "--local", "--yes")
    assert (nothing.code, "Nothing was applied that could be rolled back." in nothing.err) == (3, True)
    apply(functions={"f": F})
    found = centrali("rollback", "7", "--local", "--yes")
    assert (found.code, "The latest is 1." in found.err) == (3, True)


@pytest.mark.parametrize(
    ("changes", "said", "code"),
    [
        ({"ended": "", "outcomes": [], "inverse": []}, "Apply 1 changed nothing", 3),
        ({"ended": "", "inverse": [{"address": "function/f"}]}, "is damaged", 5),
        ({"outcomes": [["function/f", "create", "failed", "no"]]}, "Apply 1 changed nothing", 3),
        ({"inverse": [{"address": "function/f"}]}, "is damaged", 5),
    ],
)
def test_an_entry_that_does_not_say_what_changed_is_refused(
    changes: dict[str, Any], said: str, code: int, apply: Callable[..., None], centrali: Callable[..., Any], project: Path
) -> None:
    apply(functions={"f": F}, ledger={"file": "ledger.json"})
    [entry] = [path for path in project.rglob("*") if path.is_file() and '"inverse"' in path.read_text(errors="ignore")]
    entry.write_text(json.dumps(json.loads(entry.read_text()) | changes))
    found = centrali("rollback", "1", "--local", "--yes")
    assert (found.code, said in found.err) == (code, True)
    assert set(live()) == {"function/f"}


def test_a_ledger_in_a_file_is_enough(apply: Callable[..., None], rollback: Callable[..., Any]) -> None:
    apply(functions={"f": F}, ledger={"file": "ledger.json"})
    apply(functions={"f": {**F, "timeoutMs": 2000}}, ledger={"file": "ledger.json"})
    rollback()
    assert live()["function/f"]["timeoutMs"] == 1000


def test_without_a_ledger_there_is_nothing_to_roll_back(centrali: Callable[..., Any], project: Path) -> None:
    assert project.exists()
    manifest(functions={"f": F}, ledger="none")
    found = centrali("rollback", "--local")
    assert (found.code, "ledger: none" in found.err) == (3, True)


class Killed(BaseException):
    """The process is no more."""


@pytest.fixture
def killed_at(monkeypatch: pytest.MonkeyPatch, centrali: Callable[..., Any], project: Path) -> Callable[..., bool]:
    """Run a command that ends without a word before its n-th request that writes; gives whether it came so far."""
    send = InProcess.handle_request

    def killed_at(at: int, *words: str) -> bool:
        left = [at]

        def handle(transport: InProcess, request: httpx.Request) -> httpx.Response:
            if request.method != "GET" and not request.url.path.endswith("/token"):
                left[0] -= 1
            if left[0] < 0:
                raise Killed
            return send(transport, request)

        with monkeypatch.context() as patched:
            patched.setattr(InProcess, "handle_request", handle)
            try:
                centrali(*words)
            except Killed:
                return True
        return False

    assert project.exists()
    return killed_at


EVERY = int(os.environ.get("KILLED_EVERY", "5"))
"""Of all the requests that write, at which the process is killed: 1 is each of them, of every case."""
SOME = (
    "create with what refers to it",
    "delete of two that belong together",
    "delete of what is active",
    "rename of what others refer to",
    "replace",
    "renamed property",
)


@pytest.mark.parametrize("case", CASES if EVERY == 1 else SOME)
def test_wherever_it_is_killed_the_same_command_ends_where_it_would_have(
    case: str, apply: Callable[..., None], killed_at: Callable[..., bool], centrali: Callable[..., Any], project: Path
) -> None:
    """The number must be said: without it, one that was killed when all was recorded would have to be asked about."""
    before, after, _ = CASES[case]
    apply(**before)
    was = live()
    apply("--prune", **after)
    shutil.copytree(project / ".centrali", project / "kept")
    for at in itertools.count(0 if EVERY == 1 else 1, EVERY):
        shutil.rmtree(project / ".centrali")
        shutil.copytree(project / "kept", project / ".centrali")
        manifest(**after)
        if not killed_at(at, "rollback", "2", "--local", "--yes"):
            break
        centrali("unlock", "--local")  # the process that holds it is this one, and it is still there
        found = centrali("rollback", "2", "--local", "--yes")
        assert (at, found.code, live()) == (at, 0, was), found
        manifest(**before)
        again = centrali("apply", "--local", "--prune", "--yes")
        assert (at, again.code, live(), "applied" in again.out) == (at, 0, was, "forget" in again.out), again
        assert "No changes." in centrali("plan", "--local", "--prune").out
    assert at > 5


@pytest.mark.parametrize("case", CASES if EVERY == 1 else SOME)
def test_an_apply_that_was_killed_is_taken_back_or_what_cannot_be_told_is_said(
    case: str, apply: Callable[..., None], killed_at: Callable[..., bool], centrali: Callable[..., Any], project: Path
) -> None:
    before, after, _ = CASES[case]
    apply(**before)
    was = live()
    shutil.copytree(project / ".centrali", project / "kept")
    for at in itertools.count(0 if EVERY == 1 else 1, EVERY):
        shutil.rmtree(project / ".centrali")
        shutil.copytree(project / "kept", project / ".centrali")
        manifest(**after)
        if not killed_at(at, "apply", "--local", "--prune", "--yes"):
            break
        centrali("unlock", "--local")  # the process that holds it is this one, and it is still there
        drift = centrali("drift", "--local")
        assert (at, drift.code) == (at, 0), drift
        found = centrali("rollback", "2", "--local", "--yes")
        if "There is no apply 2" in found.err:  # it had not come so far
            assert live() == was
            continue
        assert (at, found.code) == (at, 0), found
        left = "properties of structure/orders is left as it is" in found.out
        assert (at, left) == (at, live() != was), found
        assert not left or case == "renamed property"
        manifest(**before)
        assert left or "No changes." in centrali("plan", "--local", "--prune").out
    assert at > 5


def test_a_rollback_that_broke_off_is_carried_on_without_its_number(
    apply: Callable[..., None], killed_at: Callable[..., bool], centrali: Callable[..., Any]
) -> None:
    apply(functions={"f": F})
    apply(functions={"f": {**F, "timeoutMs": 2000}, "g": F})
    assert killed_at(7, "rollback", "--local", "--yes")
    assert "Locked" not in centrali("unlock", "--local").err
    assert "rollback of 2  " in centrali("history", "--local").out
    found = centrali("rollback", "--local", "--yes")
    assert (found.code, "Back to before apply 2 " in found.out) == (0, True), found
    assert (set(live()), live()["function/f"]["timeoutMs"]) == ({"function/f"}, 1000)


def test_an_apply_that_goes_on_is_not_taken_back(
    apply: Callable[..., None], killed_at: Callable[..., bool], centrali: Callable[..., Any]
) -> None:
    apply(functions={"f": F})
    manifest(functions={"f": {**F, "timeoutMs": 2000}})
    assert killed_at(6, "apply", "--local", "--yes")  # the process that holds the lock is this one, and it is still there
    found = centrali("rollback", "--local", "--yes")
    assert (found.code, "apply 2 of " in found.err, "still goes on" in found.err) == (6, True, True)
    assert "goes on" in centrali("history", "--local").out


def test_what_a_later_apply_changed_since_is_left_as_it_is(
    apply: Callable[..., None], killed_at: Callable[..., bool], centrali: Callable[..., Any]
) -> None:
    apply(functions={"f": F})
    manifest(functions={"f": {**F, "timeoutMs": 2000}})
    assert killed_at(5, "apply", "--local", "--yes")
    centrali("unlock", "--local")
    apply(functions={"f": {**F, "timeoutMs": 2000}})
    found = centrali("rollback", "2", "--local", "--yes")
    assert "function/f is left as it is: a later apply changed it, so nobody can tell whether that one did." in found.out
    assert live()["function/f"]["timeoutMs"] == 2000
