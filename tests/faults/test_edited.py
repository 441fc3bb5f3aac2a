"""Whoever edits the workspace while somebody plans and applies: no edit is written over unless a plan showed it, or it is told.

The editor speaks HTTP with a client of its own, and edits at any of the requests of an apply: before it, between any two,
in particular between the last look at a resource and its write, and after all of them. Only what the API leaves without
a trace is left out: an edit between the last look and the very next request, when that deletes the resource.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sys
import threading
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from centrali_deploy.cli import run
from centrali_deploy.local.app import create_app
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

INTERLEAVINGS = int(os.environ.get("INTERLEAVINGS", "50"))
CODE = "async function run() { return %d; }"
DATA, FLOWS = "/data/workspace/acme-dev/api/v1", "/orchestration/ws/acme-dev/api/v1"
PATHS = {
    "structure": f"{DATA}/collections",
    "function": f"{DATA}/compute-functions",
    "trigger": f"{DATA}/function-triggers",
    "orchestration": f"{FLOWS}/orchestrations",
    "allowed-domain": f"{DATA}/allowed-domains",
}
NAMED = {"structure": "recordSlug", "orchestration": "slug", "allowed-domain": "domain"}
MODES = ("yes", "asked", "saved")


def flow(number: int, **members: Any) -> dict[str, Any]:
    step = {"id": "one", "type": "compute", "function": "stays", "timeoutMs": 1000 + number}
    return {"name": f"Flow {number}", "trigger": {"type": "on-demand"}, "steps": [step], **members}


def on_demand(**members: Any) -> dict[str, Any]:
    return {"function": "stays", "executionType": "on-demand", **members}


def structure(number: int, *properties: Any) -> dict[str, Any]:
    return {"name": f"S{number}", "properties": [{"name": "a", "type": "string", "maxLength": 100 + number}, *properties]}


def manifest(*, second: bool) -> dict[str, Any]:
    """Two manifests of one workspace, between which lies a change of every sort, of every kind; `stays` is in both."""
    now = int(second)
    structures = {"changes": structure(now), "stays": structure(0), "moves": structure(0, {"name": "b" if now else "c", "type": "number"})}
    functions: dict[str, Any] = {name: {"code": CODE % 0} for name in ("stays", "fresh" if second else "gone")}
    functions |= {"changes": {"code": CODE % now, "timeoutMs": 1000 + now}, "next" if second else "before": {"code": CODE % 2}}
    triggers = {
        "changes": on_demand(description=f"{now}", enabled=True, triggerMetadata={"params": {"n": now}}),
        "stops": on_demand(enabled=not second, description=f"{now}"),
        "stays": on_demand(enabled=True),
        **({"fresh": on_demand(description="ours")} if second else {"gone": on_demand()}),
        "replaced": {
            "function": "stays",
            **({"executionType": "http-trigger", "triggerMetadata": {"path": "x"}} if second else on_demand()),
        },
    }
    orchestrations = {
        "changes": flow(now, status="active"),
        "starts": flow(now, status="active" if second else "draft"),
        "stops": flow(now, status="paused" if second else "active"),
        "stays": flow(0),
        "fresh" if second else "gone": flow(0, status="active"),
    }
    if second:
        structures["moves"]["properties"][1]["renamedFrom"] = "c"
        functions["next"]["renamedFrom"] = "before"
    structures["fresh" if second else "gone"] = structure(0)
    domains: dict[str, Any] = {name: {} for name in ("stays.example.com", "fresh.example.com" if second else "gone.example.com")}
    sections = {"structures": structures, "functions": functions, "triggers": triggers, "orchestrations": orchestrations}
    return {"version": 1, "workspace": "acme-dev", **sections, "allowedDomains": domains}


class Editor:
    """Somebody else, who knows nothing of this tool."""

    def __init__(self, app: Any) -> None:
        account = app.state.accounts["acme-dev"]
        form = {"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.client_secret}
        self.http = httpx.Client(transport=InProcess(app), base_url="http://localhost")
        token = self.http.post("/oidc/token", data=form).json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        items = self.http.get(PATHS[kind], params={"limit": 100, "pageSize": 100}).json()["data"]
        return {item[NAMED.get(kind, "name")]: item for item in items}

    def one(self, kind: str, name: str) -> dict[str, Any] | None:
        found = self.all(kind).get(name)
        if found is None or kind == "allowed-domain":
            return found
        answer = self.http.get(f"{PATHS[kind]}/{found['id']}")
        return answer.json() if answer.is_success else None

    def update(self, kind: str, name: str, /, **members: Any) -> bool:
        found = self.one(kind, name)
        return bool(found) and self.http.put(f"{PATHS[kind]}/{found['id']}", json=members).is_success

    def call(self, kind: str, name: str, call: str) -> bool:
        found, method = self.one(kind, name), "PATCH" if kind == "trigger" else "POST"
        return bool(found) and self.http.request(method, f"{PATHS[kind]}/{found['id']}/{call}").is_success

    def delete(self, kind: str, name: str) -> bool:
        found = self.one(kind, name)
        return bool(found) and self.http.delete(f"{PATHS[kind]}/{found['id']}").is_success

    def create(self, kind: str, name: str, /, **members: Any) -> bool:
        return self.http.post(PATHS[kind], json={NAMED.get(kind, "name"): name, **members}).is_success


class Edit(NamedTuple):
    """One edit of one resource: how it is done, and whether a resource, None when it is not there, still bears it.

    `shown`: what a plan that has seen it says of the resource; None for what no plan needs to say, because it is to stand.
    """

    kind: str
    name: str
    what: str
    act: Callable[[Editor], bool]
    stands: Callable[[dict[str, Any] | None], bool]
    shown: Callable[[dict[str, Any]], bool] | None = None
    gone_by: str = ""
    """The name it has when it is gone because it was renamed."""


def says(value: Any) -> Callable[[dict[str, Any]], bool]:
    """A field that had this value; of what has parts, the part by which an edit is told from others."""
    part = next(iter(re.findall(r"\b5\d{3}\b", json.dumps(value))), json.dumps(value))
    return lambda change: part in json.dumps([each["before"] for each in change["fields"]])


def changed(kind: str, name: str, member: str, value: Any, *, managed: bool, now: str = "") -> Edit:
    def act(editor: Editor) -> bool:
        return editor.update(kind, name, **{member: value})

    def stands(found: dict[str, Any] | None) -> bool:
        return found is not None and found.get(member) == value

    return Edit(kind, name, f"{member} = {value!r}", act, stands, says(value) if managed else None, now)


def stopped(kind: str, name: str, call: str, member: str, value: Any) -> Edit:
    return Edit(
        kind, name, call, lambda e: e.call(kind, name, call), lambda found: found is not None and found.get(member) == value, says(value)
    )


def deleted(kind: str, name: str) -> Edit:
    return Edit(kind, name, "deleted", lambda e: e.delete(kind, name), lambda found: found is None, lambda c: c["action"] == "create")


def created(kind: str, name: str, /, **members: Any) -> Edit:
    member, value = next(iter(members.items()))

    def stands(found: dict[str, Any] | None) -> bool:
        return found is not None and found.get(member) == value

    return Edit(kind, name, f"made with {member} = {value!r}", lambda e: e.create(kind, name, **members), stands, says(value))


STEP = {"id": "one", "type": "compute"}


def edits(number: int, function: str) -> list[Edit]:
    """Every edit, told by a number from all others. `function`: the id of the one that stays."""
    odd, words, steps = 5000 + number, f"Edit {number}", [{**STEP, "functionId": function, "timeoutMs": 5000 + number}]
    called = {"functionId": function, "executionType": "on-demand", "triggerMetadata": {"params": {}}}
    return [
        *(changed("function", name, "timeoutMs", odd, managed=name == "changes") for name in ("changes", "stays", "gone")),
        *(changed("function", name, "description", words, managed=False) for name in ("changes", "stays", "gone")),
        *(changed("function", "before", member, words, managed=False, now="next") for member in ("description",)),
        changed("function", "changes", "code", CODE % odd, managed=True),
        changed("function", "before", "code", CODE % odd, managed=True, now="next"),
        *(
            changed("trigger", name, "description", words, managed=name in {"changes", "stops"})
            for name in ("changes", "stops", "stays", "gone")
        ),
        changed("trigger", "replaced", "description", words, managed=False),
        changed("trigger", "changes", "triggerMetadata", {"params": {"n": odd}}, managed=True),
        *(stopped("trigger", name, "pause", "enabled", value=False) for name in ("stays", "changes")),
        *(changed("structure", name, "description", words, managed=False) for name in ("changes", "stays", "moves", "gone")),
        *(changed("structure", name, "name", words, managed=True) for name in ("changes", "stays", "moves")),
        changed("structure", "changes", "properties", [{"name": "a", "type": "string", "maxLength": odd}], managed=True),
        *(changed("orchestration", name, "description", words, managed=False) for name in ("changes", "starts", "stops", "stays", "gone")),
        *(changed("orchestration", name, "name", words, managed=True) for name in ("changes", "starts", "stops", "stays")),
        *(changed("orchestration", name, "steps", steps, managed=True) for name in ("changes", "starts", "stops", "stays")),
        stopped("orchestration", "changes", "pause", "status", "paused"),
        *(deleted("trigger", name) for name in ("changes", "stops", "stays", "replaced", "gone")),
        *(deleted("orchestration", name) for name in ("changes", "starts", "stays", "gone")),
        *(deleted("structure", name) for name in ("changes", "stays", "moves", "gone")),
        *(deleted("function", name) for name in ("changes", "before", "gone")),
        *(deleted("allowed-domain", f"{name}.example.com") for name in ("stays", "gone")),
        created("function", "fresh", code=CODE % odd),
        created("function", "next", code=CODE % odd),
        created("trigger", "fresh", description=words, **called),
        created("structure", "fresh", name=words, properties=[]),
        created("orchestration", "fresh", name=words, trigger={"type": "on-demand"}, steps=steps),
        created("allowed-domain", "fresh.example.com", workspaceSlug="acme-dev"),
    ]


@dataclass
class Point:
    """When the editor acts: before a request of the apply, by its number; or right before, or after, a write of the resource."""

    edit: Edit
    at: int = -1
    closest: str = ""
    id: str = ""
    done: bool | None = None
    acted: int = 0
    read: int = 0
    """The number of the last request before anything was written that read the resource."""
    approved: int = 0
    """The same, before the question."""
    begun: bool = False
    blind: bool = False
    """Whether the resource was looked at and is deleted next."""
    count: int = 0
    lock: Any = field(default_factory=threading.RLock)

    def before(self, request: httpx.Request, editor: Editor) -> None:
        with self.lock:
            self.at += self.count == self.at and self.blind
            if self.count == self.at or (self.closest == "before" and self.writes(request)):
                self.act(editor)
            self.count += 1
            self.follow(request)

    def after(self, request: httpx.Request, editor: Editor) -> None:
        with self.lock:
            if self.closest == "after" and self.writes(request):
                self.act(editor)

    def follow(self, request: httpx.Request) -> None:
        """Note when the resource was read for the last time before anything was written."""
        path = request.url.path
        self.begun = self.begun or (request.method != "GET" and any(path.startswith(each) for each in PATHS.values()))
        own = f"{PATHS[self.edit.kind]}/{self.id}"
        if not self.begun and request.method == "GET" and path in {PATHS[self.edit.kind], own}:
            self.read = self.count
        if self.edit.name in {"gone", "replaced"} and path.startswith(own) and (self.begun or self.edit.kind != "orchestration"):
            self.blind = request.method == "GET"

    def act(self, editor: Editor) -> None:
        if self.done is None:
            self.acted, self.done = self.count, self.edit.act(editor)

    def seen(self, mode: str) -> bool:
        """Whether the plan that was approved was made after the edit."""
        return self.acted < {"yes": self.read, "asked": self.approved, "saved": -1}[mode]

    def writes(self, request: httpx.Request) -> bool:
        """Whether it writes the resource; for what is close before a delete, whether it is looked at for the last time."""
        path = request.url.path
        if request.method == "POST" and path == PATHS[self.edit.kind]:
            return bool(json.loads(request.content).get(NAMED.get(self.edit.kind, "name")) == self.edit.name)
        mine = bool(self.id) and f"{PATHS[self.edit.kind]}/{self.id}" in path
        goes = self.edit.name in {"gone", "replaced"} and self.closest == "before"
        return mine and (request.method == "GET") == goes


class Passing(httpx.BaseTransport):
    """What the tool sends through."""

    def __init__(self, app: Any) -> None:
        self.inner, self.editor = InProcess(app), Editor(app)
        self.point: Point | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.point:
            self.point.before(request, self.editor)
        answer = self.inner.handle_request(request)
        if self.point:
            self.point.after(request, self.editor)
        return answer


class Scene:
    """A folder with the second manifest, and a workspace to which the first one was applied."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.capsys, self.patch = folder, capsys, monkeypatch
        (folder / "first.yaml").write_text(json.dumps(manifest(second=False)))
        (folder / "second.yaml").write_text(json.dumps(manifest(second=True)))
        monkeypatch.chdir(folder)
        monkeypatch.setenv("CENTRALI_URL", "http://localhost")
        with self.workspace("base.db"):
            assert self.said("apply", "--yes", "first.yaml")["exitCode"] == 0
            self.requests = {mode: self.lasts(mode) for mode in MODES}

    @contextmanager
    def workspace(self, database: str) -> Iterator[Passing]:
        app = create_app(str(self.folder / database), workspaces=["acme-dev"])
        account = app.state.accounts["acme-dev"]
        self.patch.setenv("CENTRALI_CLIENT_ID", account.client_id)
        self.patch.setenv("CENTRALI_CLIENT_SECRET", account.client_secret)
        self.passing = Passing(app)
        self.patch.setattr("centrali_deploy.cli.connection.Sender", lambda **parts: Sender(self.passing, **parts))
        yield self.passing
        app.state.store.close()

    @contextmanager
    def copy(self) -> Iterator[Passing]:
        """Another workspace that is just the same."""
        for old in self.folder.glob("copy.db*"):
            old.unlink()
        shutil.copy(self.folder / "base.db", self.folder / "copy.db")
        with self.workspace("copy.db") as found:
            yield found

    def lasts(self, mode: str) -> int:
        """How many requests an apply takes."""
        point = Point(deleted("function", "nobody"))
        with self.copy():
            said = self.apply(mode, point)
        assert said["exitCode"] == 0, said
        return point.count

    def said(self, *words: str) -> dict[str, Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            run([*words, "-o", "json"])
        document: dict[str, Any] = json.loads(self.capsys.readouterr().out)
        return document

    def apply(self, mode: str, point: Point) -> dict[str, Any]:
        """Plan and apply, with an edit at a point; of a saved plan and of a question, number 0 is before either."""
        first, words = ["second.yaml"], ("--prune", "--allow-mass-delete")
        if mode == "saved":
            assert self.said("plan", "--out", "saved.plan", *words, *first)["exitCode"] == 0
            first, words = ["saved.plan"], ()
        asked = mode == "asked" and point.at == 0

        def ask(*_: object) -> None:
            point.approved, self.passing.point = point.read, point
            if asked:
                point.act(self.passing.editor)

        self.patch.setattr("centrali_deploy.cli.apply._ask", ask)
        self.passing.point = None if asked else point
        said = self.said("apply", *([] if mode == "asked" else ["--yes"]), *words, *first)
        self.passing.point = None
        return said


def lost(point: Point, mode: str, said: dict[str, Any], editor: Editor) -> bool:
    """Whether an edit was written over and nobody knows."""
    edit = point.edit
    if not point.done:
        return False
    if any(edit.stands(editor.one(edit.kind, name)) for name in (edit.name, edit.gone_by) if name):
        return False
    addresses = {f"{edit.kind}/{name}" for name in (edit.name, edit.gone_by) if name}
    told = [each for each in said.get("outcomes", ()) if each["address"] in addresses and each["error"]]
    told += [each for each in said.get("unproven", ()) if each["address"] in addresses]
    planned = [change for change in said["plan"]["changes"] if change["address"] in addresses]
    shown = any(edit.shown(change) for change in planned) if edit.shown else False
    # Whoever approves a delete beforehand approves it of what has become of the resource when the plan is made.
    goes = point.seen(mode) and any(change["action"] in {"delete", "replace"} for change in planned)
    return not (told or shown or goes)


def hidden(edit: Edit, scene: Scene, editor: Editor) -> bool:
    """Whether an edit of what is managed stands, and the next plan does not show it."""
    name = edit.gone_by if edit.gone_by and editor.one(edit.kind, edit.gone_by) else edit.name
    if edit.shown is None or name in {"gone", "gone.example.com", "before"} or edit.kind == "allowed-domain":
        return False
    if not edit.stands(editor.one(edit.kind, name)):
        return False
    changes = scene.said("plan", "second.yaml")["plan"]["changes"]
    return not any(edit.shown(change) for change in changes if change["address"] == f"{edit.kind}/{name}")


def interleaving(number: int, scene: Scene) -> tuple[Point, str, dict[str, Any], str]:
    chance = random.Random(number)  # noqa: S311 -- to be the same each time
    mode = chance.choice(MODES)
    with scene.copy() as passing:
        stays = passing.editor.all("function")["stays"]["id"]
        edit = chance.choice(edits(number, stays))
        present = passing.editor.all(edit.kind).get(edit.name)
        point = Point(edit, id=present["id"] if present else "")
        if chance.random() < 0.4:
            point.closest = chance.choice(["before", "after"])
        else:
            point.at = 0 if chance.random() < 0.1 else chance.randrange(scene.requests[mode] + 1)
        said = scene.apply(mode, point)
        point.act(passing.editor)  # after everything, at the latest
        wrong = "lost" if lost(point, mode, said, passing.editor) else "hidden" if hidden(edit, scene, passing.editor) else ""
        return point, mode, said, wrong


def test_no_edit_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(tmp_path, capsys, monkeypatch)
    wrong, codes = [], dict[int, int]()
    for number in range(INTERLEAVINGS):
        point, mode, said, found = interleaving(number, scene)
        codes[said["exitCode"]] = codes.get(said["exitCode"], 0) + 1
        if found or said["exitCode"] not in {0, 5, 7, 8}:
            wrong.append(f"{number} {found} {mode} {point.edit[:3]} {point.at} {point.closest} {said['exitCode']} {said.get('error')}")
    assert not wrong, "\n".join(wrong)
    sys.stderr.write(f"\n{INTERLEAVINGS}/{INTERLEAVINGS} interleavings, 0 lost updates (exit codes: {codes})\n")
