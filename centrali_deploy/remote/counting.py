"""Counting records: one query for each question, a few at a time. What cannot be counted is not known, and never none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import Rejected
from centrali_deploy.wire import page

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    from centrali_deploy.remote.client import Client

    K = TypeVar("K")

_AT_A_TIME = 4


def count(client: Client, slug: str, where: dict[str, Any]) -> int | None:
    """How many records of a structure a where-tree finds; None when the API does not tell. Raises RemoteError."""
    query = {"resource": slug, "page": {"limit": 1}, "includeTotal": True} | ({"where": where} if where else {})
    try:
        return page(client.request("POST", "records/query", json=query)).total
    except (Rejected, ValueError):  # a secret field, a type that cannot be compared, or an answer without a total
        return None


def counted(client: Client, asked: Iterable[tuple[K, str, dict[str, Any]]]) -> dict[K, int | None]:
    """How many records each question finds: a key, a slug and a where-tree."""
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return dict(pool.map(lambda each: (each[0], count(client, each[1], each[2])), asked))
