"""The client of one workspace: list, get, create, update, set a lifecycle member, delete, for any kind.

It knows the API's routes from the kinds' rows, tries the published alternatives where sources disagree, and turns
every refusal into one of our errors, in the API's own words.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from centrali_deploy.errors import Conflict, Rejected, RemoteError, Unauthorized, Unreachable, UsageProblem
from centrali_deploy.remote.credentials import Credentials, ServiceAccount, Tokens
from centrali_deploy.remote.sending import TRIES, Ambiguous, Answer, Sender
from centrali_deploy.wire import DATA_BASES, GROUP_HINT, ORCHESTRATION_BASES, hosts, is_slug, is_uuid, one, page, refusal, says_exists

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from centrali_deploy.kind import Kind
    from centrali_deploy.wire import Page

_UNKNOWN_ROUTE = frozenset({404, 405, 501})
_READINGS = 3


@dataclass(frozen=True, slots=True)
class Connection:
    """Where to go and who we are. The hosts are derived from `url` [D] unless given."""

    url: str
    workspace: str
    credentials: Credentials
    api_url: str | None = None
    auth_url: str | None = None


class Client:
    """Speaks to one workspace; may be used from several threads."""

    def __init__(self, connection: Connection, sender: Sender | None = None, clock: Callable[[], float] = time.time) -> None:
        """Raises UsageProblem when the workspace is not a slug or the URL is none."""
        _check_workspace(connection.workspace)
        try:
            derived = hosts(connection.url)
        except ValueError as error:
            raise UsageProblem(str(error)) from error
        self.workspace = connection.workspace
        self._credentials = connection.credentials
        self._api = (connection.api_url or derived.api).rstrip("/")
        self._sender = sender or Sender()
        self._tokens = Tokens(connection.credentials, (connection.auth_url or derived.auth).rstrip("/"), self._sender, clock)
        self._bases = {"data": list(DATA_BASES[:1]), "orchestration": list(ORCHESTRATION_BASES)}
        self._methods: dict[str, list[str]] = {}

    def __enter__(self) -> Self:
        """Use it in a `with` statement, so that its connections are closed."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close every connection."""
        self._sender.close()

    @property
    def requests_used(self) -> int:
        """How many requests were sent so far, tokens and retries included."""
        return self._sender.requests_used

    @property
    def warnings(self) -> list[str]:
        """What the API announced about routes we use, each once."""
        return self._sender.warnings

    def pages(self, kind: Kind, pool: ThreadPoolExecutor) -> Iterator[Page]:
        """Every page of a list, read in parallel once the total is known. Raises RemoteError when a list never settles."""
        for _ in range(_READINGS):
            found, total = [], 0
            for part in self._read_once(kind, pool):
                found.append(part)
                total = part.total if part.total is not None else -1
            ids = {item.get("id") for part in found for item in part.items}
            if total < 0 or len(ids) == total:
                yield from found
                return
        raise RemoteError(
            f"The list of {kind.section} changed while it was read, {_READINGS} times.", "Run again in a moment.", path=kind.path
        )

    def _read_once(self, kind: Kind, pool: ThreadPoolExecutor) -> Iterator[Page]:
        first = self.page(kind, 1)
        yield first
        if first.total is not None:
            size = first.size or len(first.items) or 1
            numbers = range(2, -(-first.total // size) + 1)
            yield from pool.map(lambda number: self.page(kind, number), numbers)
            return
        seen, number, items = {item.get("id") for item in first.items}, 2, first.items
        while items:
            part = self.page(kind, number)
            items = [item for item in part.items if item.get("id") not in seen]
            seen |= {item.get("id") for item in items}
            number += 1
            if items:
                yield part

    def page(self, kind: Kind, number: int) -> Page:
        """One page of a list, counted from 1."""
        query: dict[str, str | int] = {"page": number, **dict.fromkeys(kind.page_parameters, kind.page_size)}
        bases = self._bases[kind.service]
        for base in list(bases):
            answer = self._send("GET", self._url(base, kind), query=query)
            if answer.status != 404 or len(bases) == 1 or base == bases[-1]:  # noqa: PLR2004 -- an HTTP status
                break
        found: Page = self._read(page, self._accepted(answer, "GET", f"/{kind.path}"), "GET", f"/{kind.path}")
        bases[:] = [base]
        return found

    def get(self, kind: Kind, id_: str) -> dict[str, Any]:
        """One object by id."""
        return self._object("GET", kind, f"/{id_}")

    def find(self, kind: Kind, name: str) -> dict[str, Any] | None:
        """The object of this name, looked up in the list."""
        with ThreadPoolExecutor(1) as pool:
            items = (item for part in self.pages(kind, pool) for item in part.items)
            return next((item for item in items if item.get(kind.identity) == name), None)

    def create(self, kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
        """Create an object. When the answer is lost, it is looked up by its name before it is sent again."""
        name = str(body[kind.identity])
        for attempt in range(1, TRIES + 1):
            try:
                return self._object("POST", kind, "", json=body)
            except Ambiguous as error:
                if found := self.find(kind, name):
                    return found
                if attempt == TRIES:
                    raise Unreachable(error.message, "It did not take effect. Run again later.", method="POST", path=error.path) from error
        raise AssertionError  # pragma: no cover -- the loop returns or raises

    def update(self, kind: Kind, id_: str, body: dict[str, Any]) -> dict[str, Any]:
        """Update an object; the verbs of the row are tried in turn when one is not allowed."""
        return self._first_allowed(f"{kind.name} update", kind, kind.update_methods, f"/{id_}", body)

    def set_state(self, kind: Kind, id_: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 -- a flag or a word
        """Set the lifecycle member of an object by its call, or by an update where there is no such call [I]."""
        life = kind.lifecycle
        if life is None:
            raise UsageProblem(f"A {kind.name} has no state of its own.")
        try:
            return self._first_allowed(f"{kind.name} state", kind, life.methods, f"/{id_}/{life.calls[value]}", None)
        except Rejected as error:
            if error.status not in _UNKNOWN_ROUTE:
                raise
            return self.update(kind, id_, {life.member: value})

    def delete(self, kind: Kind, id_: str) -> None:
        """Delete an object; one that is gone already is fine."""
        answer = self._send("DELETE", self._url(self._bases[kind.service][0], kind, f"/{id_}"))
        if answer.status != 404:  # noqa: PLR2004 -- an HTTP status
            self._accepted(answer, "DELETE", f"/{kind.path}/{id_}")

    def _first_allowed(self, what: str, kind: Kind, methods: tuple[str, ...], path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        known = self._methods.setdefault(what, list(methods))
        for method in list(known):
            try:
                found = self._object(method, kind, path, json=body, repeatable=True)
            except Rejected as error:
                if error.status not in _UNKNOWN_ROUTE or method == known[-1]:
                    raise
            else:
                known[:] = [method]
                return found
        raise AssertionError  # pragma: no cover -- the loop returns or raises

    def _object(self, method: str, kind: Kind, path: str, **parts: Any) -> dict[str, Any]:  # noqa: ANN401 -- handed on
        answer = self._send(method, self._url(self._bases[kind.service][0], kind, path), **parts)
        where = f"/{kind.path}{path}"
        found: dict[str, Any] = self._read(one, self._accepted(answer, method, where), method, where)
        return found

    def _url(self, base: str, kind: Kind, path: str = "") -> str:
        return f"{self._api}{base.format(workspace=self.workspace)}/{kind.path}{path}"

    def _send(self, method: str, url: str, **parts: Any) -> Answer:  # noqa: ANN401 -- handed on
        token = self._tokens.current()
        answer = self._sender.send(method, url, headers={"Authorization": f"Bearer {token}"}, **parts)
        if (answer.status == 401 and self._tokens.renewable) or (answer.status == 403 and self._tokens.stale):  # noqa: PLR2004 -- HTTP statuses
            token = self._tokens.renew(token)
            answer = self._sender.send(method, url, headers={"Authorization": f"Bearer {token}"}, **parts)
        return answer

    def _accepted(self, answer: Answer, method: str, path: str) -> Any:  # noqa: ANN401 -- any JSON value
        if answer.status < 300:  # noqa: PLR2004 -- an HTTP status
            return answer.body
        said = refusal(answer.body, answer.text)
        message = f"{method} {path} was refused ({answer.status}): {said.message or 'without a word'}"
        facts: dict[str, Any] = {"method": method, "path": path, "status": answer.status, "code": said.code, "fields": said.fields}
        facts["request_id"] = said.request_id
        if answer.status in {401, 403}:
            raise Unauthorized(message, self._access_hint(answer.status), **facts)
        raise (Conflict if says_exists(answer.status, said.message) else Rejected)(message, "", **facts)

    def _access_hint(self, status: int) -> str:
        if status == 401:  # noqa: PLR2004 -- an HTTP status
            return "The token is wrong or has expired: make a new one, or set CENTRALI_CLIENT_ID and CENTRALI_CLIENT_SECRET."
        who = f" ({self._credentials.client_id})" if isinstance(self._credentials, ServiceAccount) else ""
        return f'The account{who} must belong to workspace "{self.workspace}". {GROUP_HINT}'

    @staticmethod
    def _read(reader: Callable[[Any], Any], body: Any, method: str, path: str) -> Any:  # noqa: ANN401 -- any JSON value
        try:
            return reader(body)
        except ValueError as error:
            raise RemoteError(f"{method} {path}: {error}.", "Is the URL that of the Centrali API?", method=method, path=path) from error


def _check_workspace(workspace: str) -> None:
    if is_uuid(workspace):
        raise UsageProblem(f'"{workspace}" is an id, not a workspace.', "Give its slug, as in the console's address: for example acme-dev.")
    if not is_slug(workspace):
        raise UsageProblem(f'"{workspace}" is not a workspace.', "A slug has lowercase letters, digits and hyphens: for example acme-dev.")
