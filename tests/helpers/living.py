"""A local workspace in which functions run, and short ways to fill it; the clock is moved by hand."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from centrali_deploy.local.app import create_app
from centrali_deploy.remote.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = "/data/workspace/acme/api/v1"
START = 1_800_000_000.0
"""2027-01-15T08:00:00Z."""


class Living:
    """The workspace `acme`; `at` is the time it shows, in Unix seconds."""

    def __init__(self, database: str = ":memory:", **parts: Any) -> None:
        self.at = START
        self.app = create_app(database, workspaces=["acme"], clock=lambda: self.at, **parts)
        account = self.app.state.accounts["acme"]
        self.public = httpx.Client(transport=InProcess(self.app), base_url=f"http://localhost{DATA}/")
        form = {"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.client_secret}
        token = self.public.post("http://localhost/oidc/token", data=form).json()["access_token"]
        self.client = httpx.Client(
            transport=InProcess(self.app), base_url=f"http://localhost{DATA}/", headers={"Authorization": f"Bearer {token}"}
        )

    def structure(self, slug: str, *texts: str) -> None:
        """A structure with these texts as properties; without any, it takes what comes."""
        mode = "strict" if texts else "schemaless"
        properties = [{"name": name, "type": "string"} for name in texts]
        self.made("collections", {"name": slug, "recordSlug": slug, "schemaDiscoveryMode": mode, "properties": properties})

    def function(self, code: str, name: str = "f", **members: Any) -> str:
        """A function whose run() has this body."""
        return str(self.made("compute-functions", {"name": name, "code": f"async function run() {{\n{code}\n}}", **members})["id"])

    def trigger(self, function: str, kind: str, name: str = "t", **metadata: Any) -> str:
        """A trigger of a function."""
        body = {"name": name, "functionId": function, "executionType": kind, "triggerMetadata": metadata}
        return str(self.made("function-triggers", body)["id"])

    def made(self, path: str, body: dict[str, Any]) -> Any:
        """What a create answers."""
        answer = self.client.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def record(self, slug: str, **data: Any) -> Any:
        """A new record."""
        return self.made(f"records/slug/{slug}", {"data": data})

    def drain(self) -> int:
        """Run what is queued or due; how many runs that were."""
        return int(self.app.state.runner.drain())

    def runs(self, where: str = "", **query: Any) -> list[Any]:
        """Runs, most recent first."""
        answer = self.client.get(f"function-runs{where}", params=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["data"])

    def close(self) -> None:
        """End it; the database stays."""
        self.app.state.runner.stop()
        self.client.close()
        self.public.close()
        self.app.state.store.close()


@contextmanager
def living(database: str = ":memory:", **parts: Any) -> Iterator[Living]:
    """A workspace that is closed at the end."""
    found = Living(database, **parts)
    try:
        yield found
    finally:
        found.close()
