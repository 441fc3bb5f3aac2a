"""What people see when something breaks in the middle, word for word, and that the next apply needs no help."""

from __future__ import annotations

import json
import re
import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.cli.connection import Settings, connect
from centrali_deploy.kinds import KINDS
from centrali_deploy.ledger.lease import Held
from centrali_deploy.ledger.workspace import WorkspaceDoor
from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault
from centrali_deploy.manifest.loading import load
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.wire import RESERVED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx

    from centrali_deploy.remote.client import Client

CODE = "async function run() {}"
APPLY = ("apply", "--local", "--yes", "--prune")
CREATE_APP = "centrali_deploy.local.app.create_app"


def manifest(names: str, timeout: int = 1000, **head: Any) -> None:
    functions = {name: {"code": CODE, "timeoutMs": timeout} for name in names}
    with open("workspace.yaml", "w", encoding="utf-8") as file:  # noqa: PTH123 -- where the command looks
        json.dump({"version": 1, "workspace": "acme-dev", **head, "functions": functions}, file)


def other_hands() -> Any:
    return connect(Settings(local=""), load(["workspace.yaml"], {}), {})


def live() -> dict[str, int]:
    with other_hands() as client:
        found = [(item["name"], item["timeoutMs"]) for item in client.items(KINDS["function"])]
    assert len(dict(found)) == len(found), "a duplicate"
    return dict(found)


@pytest.fixture
def applied_while(monkeypatch: pytest.MonkeyPatch, centrali: Callable[..., Any]) -> Callable[..., Any]:
    """Apply while requests fail, without waiting between their tries."""

    def applied_while(*faults: Fault) -> Any:
        with monkeypatch.context() as patched:
            patched.setattr("centrali_deploy.remote.sending.LONGEST_PAUSE", 0.0)
            patched.setattr(CREATE_APP, partial(create_app, faults=list(faults)))
            return centrali(*APPLY)

    return applied_while


NETWORK = "The connection to http://localhost broke before an answer came (ReadError)."


def test_a_network_that_is_gone_in_the_middle_leaves_nothing_to_mend(
    applied_while: Callable[..., Any], centrali: Callable[..., Any]
) -> None:
    manifest("ab")
    for _ in range(2):  # the first one makes the ledger, too
        whole = int(re.findall(r"^(\d+) requests\.", centrali(*APPLY).out, re.MULTILINE)[0])
        assert centrali("destroy", "--local", "--yes").code == 0
    seen = set()
    for skip in range(whole - 10, whole - 1, 2):
        found = applied_while(Fault("*", ".", "refuse", times=None, skip=skip))
        part = "Error: Applied in part: " in found.err
        assert (found.code, NETWORK in found.err, "then run again: nothing is lost by that." in found.err) == (
            7 if part else 10,
            True,
            True,
        )
        seen.add("What was done could not be recorded: " in found.err)
        assert ("The next apply finds it out." in found.err) == ("could not be recorded" in found.err)
        centrali("unlock", "--local")  # the process that could not let it go is this one, and it is still there
        assert centrali(*APPLY).code == 0
        assert live() == {"a": 1000, "b": 1000}
        assert centrali("destroy", "--local", "--yes").code == 0
    assert seen == {True, False}


@pytest.mark.parametrize("failure", ["500-before", "500-after", "lost-after", "truncated", "refuse"])
def test_a_write_whose_answer_is_lost_once_is_done_once_and_nobody_is_told(failure: Any, applied_while: Callable[..., Any]) -> None:
    manifest("ab")
    found = applied_while(Fault("POST", "compute-functions$", failure))
    assert (found.code, "Apply: 2 applied." in found.out, found.err) == (0, True, "")
    manifest("ab", 2000)
    found = applied_while(Fault("PUT", "compute-functions/", failure), Fault("PATCH", "compute-functions/", failure))
    assert (found.code, "Apply: 2 applied." in found.out, found.err) == (0, True, "")
    assert live() == {"a": 2000, "b": 2000}


def test_a_server_that_keeps_failing_is_told_with_each_change(applied_while: Callable[..., Any], centrali: Callable[..., Any]) -> None:
    manifest("ab")
    none = applied_while(Fault("POST", "compute-functions$", "500-before", times=None))
    assert (none.code, none.out.count("FAILED"), none.out.count("The API failed with 500.")) == (10, 2, 2)
    assert re.search(r"^Error: Nothing was applied: function/., function/. failed\.\n  See above\.$", none.err, re.MULTILINE)
    part = applied_while(Fault("POST", "compute-functions$", "500-before", times=None, skip=1))
    assert part.code == 7
    assert re.search(
        r"^Error: Applied in part: function/. failed\.\n  Mend it and run again: what is done stays done\.$", part.err, re.MULTILINE
    )
    assert (centrali(*APPLY).code, live()) == (0, {"a": 1000, "b": 1000})


@pytest.mark.parametrize(("applied", "code", "said"), [(1, 7, "Applied in part: function/. failed."), (0, 10, "Nothing was applied: ")])
def test_when_the_second_look_fails_too_both_are_told(
    applied: int, code: int, said: str, applied_while: Callable[..., Any], centrali: Callable[..., Any]
) -> None:
    manifest("ab")
    second_look = Fault("GET", "orchestrations", "500-before", times=None, skip=2)  # after the plan, and the one under the lock
    found = applied_while(Fault("POST", "compute-functions$", "500-before", times=None, skip=applied), second_look)
    assert (found.code, found.err.count("Error: ")) == (code, 1), found
    assert re.search(rf"^Error: {said}.*What was done could not be recorded: .*orchestrations.* failed with 500", found.err, re.MULTILINE)
    assert "The next apply finds it out." in found.err
    assert (centrali(*APPLY).code, live()) == (0, {"a": 1000, "b": 1000})


def test_a_token_that_expires_in_the_middle_and_cannot_be_renewed_is_told(
    applied_while: Callable[..., Any], centrali: Callable[..., Any]
) -> None:
    manifest("ab")
    found = applied_while(Fault("POST", "compute-functions$", "401", times=None, skip=1))
    assert (found.code, "POST /compute-functions was refused (401): Token expired" in found.out) == (7, True)
    assert "The token is wrong or has expired: make a new one, or set CENTRALI_CLIENT_ID and CENTRALI_CLIENT_SECRET." in found.out
    assert (centrali(*APPLY).code, live()) == (0, {"a": 1000, "b": 1000})


@pytest.fixture
def applied_with(monkeypatch: pytest.MonkeyPatch, centrali: Callable[..., Any]) -> Callable[..., Any]:
    """Apply while somebody else does something, once, right before or after the first POST to a path."""

    def applied_with(act: Callable[[Client], object], path: str, *, after: bool = False) -> Any:
        send, done = InProcess.handle_request, list[str]()

        def handle(transport: InProcess, request: httpx.Request) -> httpx.Response:
            hit = request.method == "POST" and request.url.path.endswith(path) and not done
            if hit:
                done.append("once")
            answer = send(transport, request) if after else None
            if hit:
                with other_hands() as client:
                    act(client)
            return answer or send(transport, request)

        with monkeypatch.context() as patched:
            patched.setattr(InProcess, "handle_request", handle)
            found = centrali(*APPLY)
        assert done
        return found

    return applied_with


def test_an_apply_whose_lock_is_broken_writes_nothing_more(
    applied_with: Callable[..., Any], centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = "abcdefghijklmnopqrstuvwxyz"  # more than are ever begun at the same time
    manifest(names)
    check = Held.check

    def renewing(lock: Held) -> None:
        lock.keep()  # as if half a minute had passed since the last write
        check(lock)

    with monkeypatch.context() as patched:
        patched.setattr(Held, "check", renewing)
        found = applied_with(lambda client: WorkspaceDoor(client, "default").unlock(), "/compute-functions")
    assert (found.code, found.err) == (
        6,
        "Error: The lock was taken over, or broken.\n  Nothing more was written: run again when they have ended.\n",
    )
    assert 0 < len(live()) < len(names)
    assert "broke off" in centrali("history", "--local").out
    assert (centrali(*APPLY).code, set(live())) == (0, set(names))


def edited(name: str, timeout: int) -> Callable[[Client], object]:
    """Somebody sets a timeout in the console."""
    kind = KINDS["function"]

    def act(client: Client) -> object:
        found = client.find(kind, name)
        assert found
        return client.update(kind, found["id"], {"timeoutMs": timeout})

    return act


def test_what_is_edited_before_the_lock_is_taken_is_planned_anew_and_shown(
    applied_with: Callable[..., Any], centrali: Callable[..., Any]
) -> None:
    manifest("ab")
    centrali(*APPLY)
    manifest("ab", 2000)
    found = applied_with(edited("a", 7), RESERVED)
    assert (found.code, "\nThe workspace changed meanwhile. Now it is:\n" in found.out, live()) == (0, True, {"a": 2000, "b": 2000})
    assert "timeoutMs: 7 -> 2000 (somebody else changed it, too)" in found.out


def test_what_is_edited_while_it_is_applied_is_seen_by_the_second_look(
    applied_with: Callable[..., Any], centrali: Callable[..., Any]
) -> None:
    manifest("a")
    found = applied_with(edited("a", 7), "/compute-functions", after=True)
    assert (found.code, "\nA second look shows that this is not as it was applied:\n" in found.out) == (7, True)
    assert "Error: The API accepted these changes and does not show them: function/a.\n  Plan again" in found.err
    assert (centrali(*APPLY).code, live()) == (0, {"a": 1000})


def test_a_ledger_that_is_deleted_makes_everything_found_and_nothing_ours(centrali: Callable[..., Any], project: Path) -> None:
    assert project.exists()
    manifest("ab")
    centrali(*APPLY)
    with other_hands() as client:
        id_ = client.find(KINDS["structure"], RESERVED)["id"]
        client.delete(KINDS["structure"], id_)
    manifest("a", 2000)
    found = centrali(*APPLY)
    assert (found.code, live()) == (5, {"a": 1000, "b": 1000})
    assert "Error: The structure centrali-deploy-ledger of the workspace acme-dev was deleted, and its name is still taken." in found.err
    with other_hands() as client:
        client.request("DELETE", f"collections/{id_}", query={"hard": "true"})
    found = centrali(*APPLY)
    assert (found.code, live()) == (0, {"a": 2000, "b": 1000})
    assert "~ function/a  fields differ, found here and not ours so far: adopted" in found.out
    assert "1 of all found here and adopted, 1 in the workspace not declared here and left alone." in found.out
    assert "   1  " in centrali("history", "--local").out


FILE = {"file": "ledger.json"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 2}, "has format 2, and 1 is the newest that is known.\n  It was written by a newer centrali-deploy: use that one."),
        ({"key": 5}, "is damaged.\n  Nothing was written. Take a copy of it, mend or delete it, then plan again: what is live is adopted."),
    ],
    ids=["newer", "damaged"],
)
def test_a_ledger_that_cannot_be_read_stops_every_command(
    changes: dict[str, Any], said: str, centrali: Callable[..., Any], project: Path
) -> None:
    manifest("ab", ledger=FILE)
    centrali(*APPLY)
    kept = project / "ledger.json"
    text = json.dumps(json.loads(kept.read_text(encoding="utf-8")) | changes)
    kept.write_text(text, encoding="utf-8")
    manifest("a", 2000, ledger=FILE)
    for words in (("plan", "--local"), APPLY, ("drift", "--local"), ("destroy", "--local", "--yes")):
        found = centrali(*words)
        assert (found.code, said in found.err, found.out) == (5, True, "")
    assert (live(), kept.read_text(encoding="utf-8")) == ({"a": 1000, "b": 1000}, text)


def test_an_old_copy_of_a_ledger_costs_nothing_that_is_live(centrali: Callable[..., Any], project: Path) -> None:
    manifest("abc", ledger=FILE)
    centrali(*APPLY)
    shutil.copy(project / "ledger.json", project / "old.json")
    manifest("abde", 2000, ledger=FILE)
    assert centrali(*APPLY).code == 0
    shutil.copy(project / "old.json", project / "ledger.json")
    drift = centrali("drift", "--local")
    assert (drift.code, "! function/c  deleted by somebody else" in drift.out) == (2, True)
    manifest("abd", 2000, ledger=FILE)
    found = centrali(*APPLY)
    assert found.code == 0
    assert (
        "Plan: 1 to forget; 3 unchanged, 1 of all found here and adopted, 1 in the workspace not declared here and left alone." in found.out
    )
    assert live() == dict.fromkeys("abde", 2000)
    assert (centrali("drift", "--local").code, [line[:4] for line in centrali("history", "--local").out.splitlines()[:3]]) == (
        0,
        ["   3", "   2", "   1"],
    )


def test_what_was_deleted_by_hand_is_made_again(centrali: Callable[..., Any], project: Path) -> None:
    assert project.exists()
    manifest("ab")
    centrali(*APPLY)
    with other_hands() as client:
        client.delete(KINDS["function"], client.find(KINDS["function"], "a")["id"])
    drift = centrali("drift", "--local")
    assert (drift.code, "! function/a  deleted by somebody else" in drift.out) == (2, True)
    found = centrali(*APPLY)
    assert (found.code, "+ function/a  vanished" in found.out, live()) == (0, True, {"a": 1000, "b": 1000})


def test_what_only_has_the_name_of_something_of_ours_is_adopted_and_never_pruned(centrali: Callable[..., Any], project: Path) -> None:
    assert project.exists()
    manifest("ab")
    centrali(*APPLY)
    with other_hands() as client:
        client.delete(KINDS["function"], client.find(KINDS["function"], "a")["id"])
        client.create(KINDS["function"], {"name": "a", "code": CODE, "timeoutMs": 7})
        client.create(KINDS["function"], {"name": "c", "code": CODE, "timeoutMs": 7})
    manifest("bc")
    said = centrali("plan", "--local", "--prune").out
    assert ". function/a  already gone: another one has its name, which is not ours" in said
    assert "~ function/c  fields differ, found here and not ours so far: adopted" in said
    assert centrali(*APPLY).code == 0
    assert live() == {"a": 7, "b": 1000, "c": 1000}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "empty",
            None,
            "There is no manifest in this directory. Put *.yaml files into it; nothing is ever deleted because a directory is empty.",
        ),
        ("gone.yaml", None, "There is no such file or directory. Check the path."),
        ("blank.yaml", b"", "The file is empty."),
        ("bare.yaml", b"version: 1\nworkspace: acme-dev\n", "Nothing is declared here."),
        ("bytes.yaml", b"\xff\xfe\x00", "The file is not UTF-8: byte 0 is 0xff. Save it as UTF-8."),
    ],
)
def test_manifests_that_are_not_there_delete_nothing(
    name: str, content: bytes | None, said: str, centrali: Callable[..., Any], project: Path
) -> None:
    manifest("ab")
    centrali(*APPLY)
    if content is not None:
        (project / name).write_bytes(content)
    elif name == "empty":
        (project / name).mkdir()
    found = centrali(*APPLY, "--allow-mass-delete", name)
    assert (found.code, said in found.err, found.out) == (3, True, "")
    assert live() == {"a": 1000, "b": 1000}
