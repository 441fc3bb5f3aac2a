"""Neither the order of files nor that of what the API lists, nor where its pages end, shows in anything that is said of a plan."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from ending import result_of

from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.pipeline.saving import save
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import ServiceAccount
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender
from centrali_deploy.report.events import event_line
from centrali_deploy.report.json import plan_part
from centrali_deploy.report.text import plan_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

CODE = "async function run() {}"
LISTS = tuple(f"/{kind.path}" for kind in KINDS.values())
FILES: dict[str, dict[str, Any]] = {
    "a.yaml": {
        "version": 1,
        "functions": {f"f{n}": {"code": CODE, "timeoutMs": 2000 + n} for n in range(3)},
        "structures": {"people": {"name": "People", "properties": [{"name": "boss", "type": "reference", "target": "people"}]}},
    },
    "b.yaml": {
        "version": 1,
        "functions": {f"f{n}": {"code": CODE, "description": "new"} for n in range(3, 7)},
        "triggers": {"t": {"function": "f1", "executionType": "on-demand", "triggerMetadata": {"params": {"b": 2, "a": {"d": 4, "c": 3}}}}},
    },
}


class Permuting(httpx.BaseTransport):
    """Lists in another order, in pages of another size."""

    def __init__(self, app: Starlette, size: int, key: Callable[[str], Any]) -> None:
        self._inner, self._size, self._key = InProcess(app), size, key

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        if request.method != "GET" or not request.url.path.endswith(LISTS) or answer.status_code != httpx.codes.OK:
            return answer
        number = int(request.url.params["page"])
        whole = self._inner.handle_request(httpx.Request("GET", request.url.copy_merge_params({"page": 1}), headers=request.headers))
        items = sorted(json.loads(whole.read())["data"], key=lambda item: self._key(item["name"]))
        some = items[(number - 1) * self._size : number * self._size]
        return httpx.Response(200, json={"data": some, "meta": {"total": len(items), "page": number, "pageSize": self._size}})


def told(app: Starlette, transport: httpx.BaseTransport, paths: list[str], folder: Path) -> tuple[str, ...]:
    """All that is said of a plan: the text, the document, the event of a stream and the file."""
    account = app.state.accounts["acme-dev"]
    connection = Connection("http://localhost", "acme-dev", ServiceAccount(account.client_id, account.client_secret))
    with Client(connection, Sender(transport)) as client:
        loaded = load(paths, {})
        found = result_of(plan(loaded, client, Policy()))
    save(str(folder / "plan.json"), found, loaded, Policy(), client.server)
    saved = json.loads(Path(folder / "plan.json").read_text(encoding="utf-8"))
    del saved["made"]
    part = plan_part(found.plan)
    event = event_line("plan", datetime(2030, 1, 1, tzinfo=UTC), {"plan": part})
    return "\n".join(plan_lines(found.plan, lambda text, _style: text, where="here")), json.dumps(part), event, json.dumps(saved)


@pytest.mark.parametrize(
    ("size", "key"),
    [(100, str), (1, str), (2, lambda name: name[::-1]), (3, lambda name: [-ord(letter) for letter in name])],
    ids=["as-it-is", "one-a-page", "mixed", "turned-round"],
)
@pytest.mark.parametrize("names", [["a.yaml", "b.yaml"], ["b.yaml", "a.yaml"]], ids=" ".join)
def test_the_order_of_files_and_of_pages_does_not_show(
    names: list[str], size: int, key: Callable[[str], Any], app: Starlette, client: Client, manifest: Callable[..., str], tmp_path: Path
) -> None:
    for name in ("f1", "f0", "f5", "theirs", "f3", "others"):
        client.create(KINDS["function"], {"name": name, "code": CODE, "timeoutMs": 7})
    client.create(KINDS["structure"], {"recordSlug": "people", "name": "Everybody"})
    paths = {name: manifest(content, name) for name, content in FILES.items()}
    usual = told(app, InProcess(app), list(paths.values()), tmp_path)
    assert told(app, Permuting(app, size, key), [paths[name] for name in names], tmp_path) == usual
