"""Service accounts of the local workspace and their tokens: one account for each workspace, good for that one alone.

Tokens have the form of a JWT and are signed with a key kept in the database. Everything about their claims beside
`workspace` [D] is inferred.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from centrali_deploy.local.store import Store

LIFETIME = 25_200
"""Seconds a token lives [D]."""


@dataclass(frozen=True, slots=True)
class Account:
    """Client credentials of one workspace."""

    workspace: str
    client_id: str
    client_secret: str = field(repr=False)


class Accounts:
    """Every account, and the key that signs their tokens."""

    def __init__(self, store: Store, workspaces: Sequence[str]) -> None:
        """Accounts are made on first use and kept in the database."""
        self._key = store.fact("token key", secrets.token_hex(32)).encode()
        self.by_workspace: Mapping[str, Account] = {
            slug: Account(
                slug,
                store.fact(f"client id of {slug}", f"ci_{secrets.token_hex(12)}"),
                store.fact(f"client secret of {slug}", f"sk_{secrets.token_hex(32)}"),
            )
            for slug in workspaces
        }

    def token(self, client_id: str, client_secret: str, now: float) -> str | None:
        """A token for these credentials, or None when they are not good."""
        for account in self.by_workspace.values():
            good = hmac.compare_digest(account.client_secret.encode(), client_secret.encode())
            if account.client_id == client_id and good:
                return self._signed({"workspace": account.workspace, "client_id": client_id, "iat": int(now), "exp": int(now) + LIFETIME})
        return None

    def claims(self, token: str) -> dict[str, Any] | None:
        """What a token of ours says, expired or not; None for any other."""
        head, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._signature(head).encode(), signature.encode()):
            return None
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(head.split(".")[1] + "=="))
        return found

    def _signed(self, claims: Mapping[str, Any]) -> str:
        head = ".".join(_text(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        return f"{head}.{self._signature(head)}"

    def _signature(self, head: str) -> str:
        return _text(hmac.digest(self._key, head.encode(), hashlib.sha256))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
