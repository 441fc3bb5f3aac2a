"""One resource read by itself, where the API can do that: the route of a kind that has none says nothing about what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import Rejected

if TYPE_CHECKING:
    from centrali_deploy.kind import Kind
    from centrali_deploy.remote.client import Client

_GONE = 404
_NO_ROUTE = frozenset({_GONE, 405, 501})


class NoRoute(LookupError):
    """The API gives nothing of a kind by itself."""


def read_singly(client: Client, kind: Kind, id_: str) -> dict[str, Any] | None:
    """A resource as it is now; None when it is gone. Raises NoRoute, RemoteError.

    Not every route by id is published [I]: until one has answered, only what the list does not show either is gone.
    """
    if client.singly.get(kind.name) is False:
        raise NoRoute
    try:
        found = client.get(kind, id_)
    except Rejected as error:
        if error.status not in _NO_ROUTE:
            raise
        if error.status == _GONE and (client.singly.get(kind.name) or all(str(item.get("id")) != id_ for item in client.items(kind))):
            return None
        known = client.singly.setdefault(kind.name, False)
        if known:
            raise
    else:
        client.singly[kind.name] = True
        return found
    said = f"GET /{kind.path}/{{id}} is not answered here: what somebody else changes right before a write is not noticed."
    client.warnings.extend({said}.difference(client.warnings))
    raise NoRoute
