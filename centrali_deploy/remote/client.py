"""The client of one workspace: list, get, create, update, set a lifecycle member, delete, for any kind.

It knows the API's routes from the kinds' rows, tries the published alternatives where sources disagree, and turns
every refusal into one of our errors, in the API's own words.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Never, Self
from urllib.parse import quote

from centrali_deploy.errors import Conflict, Rejected, RemoteError, Unreachable, UsageProblem
from centrali_deploy.remote.asked import Ambiguous
from centrali_deploy.remote.credentials import Tokens
from centrali_deploy.remote.listing import WHOSE, all_pages
from centrali_deploy.remote.refused import refused
from centrali_deploy.remote.sending import TRIES, Sender
from centrali_deploy.secret import revealed_in
from centrali_deploy.wire import DATA_BASES, ORCHESTRATION_BASES, is_id, one, page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from centrali_deploy.kind import Kind
    from centrali_deploy.remote.answer import Answer
    from centrali_deploy.remote.connection import Connection
    from centrali_deploy.remote.pacing import Pace
    from centrali_deploy.wire import Page

_UNKNOWN_ROUTE = frozenset({404, 405, 501})


class Client:
    """Speaks to one workspace; may be used from several threads."""

    def __init__(self, connection: Connection, sender: Sender | None = None, clock: Callable[[], float] = time.time) -> None:
        """Nothing is sent yet."""
        self.workspace, self.server = connection.workspace, connection.server
        self._connection = connection
        self._sender = sender or Sender()
        self._tokens = Tokens(connection.credentials, connection.auth_host, self._sender, clock)
        self._bases = {"data": list(DATA_BASES[:1]), "orchestration": list(ORCHESTRATION_BASES)}
        self._methods: dict[str, list[str]] = {}
        self.singly: dict[str, bool] = {}
        """Whether the API gives what is of a kind by itself, as far as that is known."""

    def __enter__(self) -> Self:
        """Use it in a `with` statement, so that its connections are closed."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close every connection."""
        self._sender.close()

    @property
    def where(self) -> str:
        """Which workspace, and at which address."""
        return f"{self.workspace} at {self._connection.name or self._connection.api_host}"

    @property
    def requests_used(self) -> int:
        """How many requests were sent so far, tokens and retries included."""
        return self._sender.requests_used

    @property
    def pace(self) -> Pace:
        """When requests are sent, how many at the same time, and for how long the API has asked to wait."""
        return self._sender.pace

    @property
    def warnings(self) -> list[str]:
        """What the API announced about routes we use, each once."""
        return self._sender.warnings

    def pages(self, kind: Kind, pool: ThreadPoolExecutor) -> list[Page]:
        """Every page of a list. Raises RemoteError when it never settles or never ends."""
        return all_pages(kind.section, partial(self.page, kind), pool)

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
        """One resource by id. Raises RemoteError when the answer is another one."""
        found = self._object("GET", kind, _inside(id_))
        if str(found.get("id")) != id_ or not isinstance(found.get(kind.identity), str):
            raise RemoteError(f"GET /{kind.path}/{id_}: the answer is not the resource of this id.", WHOSE, path=f"/{kind.path}")
        return found

    def request(self, method: str, path: str, **parts: Any) -> Any:  # noqa: ANN401 -- any JSON value; what the sender takes
        """What the data service answers at a path below the workspace. Raises RemoteError."""
        base = self._bases["data"][0].format(workspace=self.workspace)
        answer = self._send(method, f"{self._connection.api_host}{base}/{path}", **parts)
        return self._accepted(answer, method, f"/{path}", revealed_in(parts.get("json")))

    def items(self, kind: Kind) -> Iterator[dict[str, Any]]:
        """Everything of a kind, as lists show it."""
        with ThreadPoolExecutor(1) as pool:
            for part in self.pages(kind, pool):
                yield from part.items

    def find(self, kind: Kind, name: str) -> dict[str, Any] | None:
        """The object of this name, looked up in the list."""
        return next((item for item in self.items(kind) if item.get(kind.identity) == name), None)

    def create(self, kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
        """Create a resource. When the answer is lost, it is looked up by its name before it is sent again.

        Raises Conflict when another one of that name turns out to be there.
        """
        lost: Ambiguous | None = None
        for attempt in range(1, TRIES + 1):
            try:
                made = self._object("POST", kind, "", json=body)
            except Ambiguous as error:
                lost = error
                self._sender.pause(attempt)
            except Conflict:
                if lost and (found := self._looked_up_later(kind, body)):
                    return found
                raise
            else:
                return made if is_id(made.get("id")) else self._looked_up(kind, body) or self._nameless(kind, made)
            if found := self._looked_up(kind, body):
                return found
        hint = "It is not in the workspace as far as can be seen: plan again before anything else."
        raise Unreachable(lost.message if lost else "", hint, method="POST", path=f"/{kind.path}") from lost

    def _looked_up_later(self, kind: Kind, body: dict[str, Any]) -> dict[str, Any] | None:
        """What our own lost create made, if that is what stands in the way; lists may be late."""
        for attempt in range(1, TRIES):
            if found := self._looked_up(kind, body):
                return found
            self._sender.pause(attempt)
        return self._looked_up(kind, body)

    def _looked_up(self, kind: Kind, body: dict[str, Any]) -> dict[str, Any] | None:
        """What was made of a body whose answer is lost, if anything was. Raises Conflict when it is somebody else's."""
        name = str(body[kind.identity])
        found = self.find(kind, name)
        if found and (other := [m for m, v in body.items() if m in found and not kind.agree(m, v, found[m])]):
            raise Conflict(
                f"Somebody else made {kind.name}/{name} at the same moment, with another {other[0]}.",
                "Plan again to see the difference.",
                method="POST",
                path=f"/{kind.path}",
            )
        return found

    @staticmethod
    def _nameless(kind: Kind, made: dict[str, Any]) -> Never:
        said = f"POST /{kind.path}: the answer has no id ({', '.join(made) or 'it is empty'}), and the resource is not in the list."
        raise RemoteError(said, "Plan again to see whether it was made.", method="POST", path=f"/{kind.path}")

    def update(self, kind: Kind, id_: str, body: dict[str, Any]) -> dict[str, Any]:
        """Update a resource; the verbs of the row are tried in turn when one is not allowed."""
        return self._first_allowed(f"{kind.name} update", kind, kind.update_methods, _inside(id_), body)

    def set_state(self, kind: Kind, id_: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 -- a flag or a word
        """Set the lifecycle member by its call or, where there is no such call, by an update [I]; gives what is answered.

        What was answered must say so: raises RemoteError when nothing makes the API take it.
        """
        life = kind.lifecycle
        if life is None:
            raise UsageProblem(f"A {kind.name} has no state of its own.")
        tries: list[Callable[[], dict[str, Any]]] = [
            lambda: self._first_allowed(f"{kind.name} state", kind, life.methods, f"{_inside(id_)}/{life.calls[value]}", None)
        ]
        tries += [partial(self.update, kind, id_, dict(body)) for body in life.bodies(value)]
        for number, attempt in enumerate(tries, 1):
            try:
                answered = attempt()
            except Rejected as error:
                if error.status not in _UNKNOWN_ROUTE or number == len(tries):
                    raise
            else:
                if kind.canonical(answered).get(life.member, value) == value:
                    return answered
        where = f"/{kind.path}/{id_}"
        raise RemoteError(
            f"The API accepted that {life.member} becomes {value} and left it as it is.", "Set it in the console.", path=where
        )

    def delete(self, kind: Kind, id_: str) -> None:
        """Delete a resource; one that is gone already is fine."""
        answer = self._send("DELETE", self._url(self._bases[kind.service][0], kind, _inside(id_)))
        if answer.status != 404:  # noqa: PLR2004 -- an HTTP status
            self._accepted(answer, "DELETE", f"/{kind.path}/{id_}")

    def _first_allowed(self, what: str, kind: Kind, methods: tuple[str, ...], path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        known = self._methods.setdefault(what, list(methods))
        tries = tuple(known)  # other threads may find out meanwhile which of them works
        for method in tries:
            try:
                found = self._object(method, kind, path, json=body, repeatable=True)
            except Rejected as error:
                if error.status not in _UNKNOWN_ROUTE or method == tries[-1]:
                    raise
            else:
                known[:] = [method]
                return found
        raise AssertionError  # pragma: no cover -- the loop returns or raises

    def _object(self, method: str, kind: Kind, path: str, **parts: Any) -> dict[str, Any]:  # noqa: ANN401 -- handed on
        answer = self._send(method, self._url(self._bases[kind.service][0], kind, path), **parts)
        where = f"/{kind.path}{path}"
        body = self._accepted(answer, method, where, revealed_in(parts.get("json")))
        found: dict[str, Any] = {} if body is None and method != "GET" else self._read(one, body, method, where)
        return found

    def _url(self, base: str, kind: Kind, path: str = "") -> str:
        return f"{self._connection.api_host}{base.format(workspace=self.workspace)}/{kind.path}{path}"

    def _send(self, method: str, url: str, **parts: Any) -> Answer:  # noqa: ANN401 -- handed on
        token = self._tokens.current()
        answer = self._sender.send(method, url, headers={"Authorization": f"Bearer {token}"}, **parts)
        if (answer.status == 401 and self._tokens.renewable) or (answer.status == 403 and self._tokens.stale):  # noqa: PLR2004 -- HTTP statuses
            token = self._tokens.renew(token)
            answer = self._sender.send(method, url, headers={"Authorization": f"Bearer {token}"}, **parts)
        return answer

    def _accepted(self, answer: Answer, method: str, path: str, secrets: Iterable[str] = ()) -> Any:  # noqa: ANN401 -- any JSON value
        if answer.status < 300:  # noqa: PLR2004 -- an HTTP status
            return answer.body
        raise refused(answer, method, path, self._connection, (*secrets, *self._tokens.secrets))

    @staticmethod
    def _read(reader: Callable[[Any], Any], body: Any, method: str, path: str) -> Any:  # noqa: ANN401 -- any JSON value
        try:
            return reader(body)
        except ValueError as error:
            raise RemoteError(f"{method} {path}: {error}.", WHOSE, method=method, path=path) from error


def _inside(id_: str) -> str:
    return f"/{quote(id_, safe='')}"
