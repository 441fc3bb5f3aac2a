"""Counting records: one query for each question, a few at a time. What cannot be counted is not known, and never none."""

from __future__ import annotations

import json
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import RemoteError
from centrali_deploy.remote.observation import Progress
from centrali_deploy.wire import page

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from typing import TypeVar

    from centrali_deploy.remote.client import Client

    K = TypeVar("K")

AT_A_TIME = 4
_TICK = 1.0


def count(client: Client, slug: str, where: dict[str, Any]) -> int | str:
    """How many records of a structure a where-tree finds; or why that is not known."""
    query = {"resource": slug, "page": {"limit": 1, "offset": 0}, "includeTotal": True} | ({"where": where} if where else {})
    try:
        found = page(client.request("POST", "records/query", json=query, repeatable=True))
    except ValueError:
        return "the answer is not a list"
    except RemoteError as error:  # a secret field, no right to read records, a server that does not answer
        return error.message.rstrip(".")
    if found.total is None or found.total < len(found.items):
        return "the API does not say"
    return found.total


def counted(client: Client, asked: Iterable[tuple[K, str, dict[str, Any]]]) -> Generator[Progress, None, dict[K, int | str]]:
    """How many records each question finds: a key, a slug and a where-tree. The same question is asked once.

    Yields how many were answered, at least once a second.
    """
    keys: dict[str, list[K]] = {}
    queries: dict[str, tuple[str, dict[str, Any]]] = {}
    for key, slug, where in asked:
        question = json.dumps([slug, where], sort_keys=True)
        keys.setdefault(question, []).append(key)
        queries[question] = (slug, where)
    found: dict[K, int | str] = {}
    pool = ThreadPoolExecutor(AT_A_TIME)
    try:
        running = {pool.submit(count, client, slug, where): question for question, (slug, where) in queries.items()}
        while running:
            ended, _ = wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
            for done in ended:
                found |= dict.fromkeys(keys[running.pop(done)], done.result())
            yield Progress("how many records are concerned", len(queries) - len(running))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # somebody who interrupts us does not wait for answers
    return found
