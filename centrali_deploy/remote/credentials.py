"""Who we are to the API: a service account that fetches its own tokens, or a token somebody gave us.

Tokens are kept in memory only and are never part of an error, a log line or a repr.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from centrali_deploy.errors import Unauthorized, UsageProblem
from centrali_deploy.remote.withholding import withheld
from centrali_deploy.wire import TOKEN_PATHS, TOKEN_SCOPE, error_said

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.remote.sending import Sender

EARLY = 300
"""Seconds before its end at which a token is renewed, as in the vendor's sample [D]."""
STALE = 300
"""Seconds after which a refused token may have missed a change of the account's groups, and is renewed once [I]."""
_LIFETIME = 25_200
_LONGEST = 10**9
_NOT_FOUND = 404
_OK = 200
_REFUSED = 300


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """Client credentials of one workspace: `ci_...` and `sk_...` [D]."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BearerToken:
    """A token made elsewhere, for example a dev token from the console; it cannot be renewed here."""

    token: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what no header can carry, without a word of it."""
        if not _is_sendable(self.token):
            raise UsageProblem("The token holds characters that no token has.", "Look at CENTRALI_TOKEN: was something else pasted?")


Credentials = ServiceAccount | BearerToken


class Tokens:
    """Gives the current token; many threads may ask at once, one of them fetches."""

    def __init__(self, credentials: Credentials, auth_host: str, sender: Sender, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds."""
        self._credentials = credentials
        self._host = auth_host
        self._sender = sender
        self._clock = clock
        self._lock = threading.Lock()
        self._token = credentials.token if isinstance(credentials, BearerToken) else ""
        self._until = float("inf") if self._token else 0.0
        self._since = 0.0
        self._path: str | None = None

    @property
    def renewable(self) -> bool:
        """Whether a refused token may be replaced by a fresh one."""
        return isinstance(self._credentials, ServiceAccount)

    @property
    def stale(self) -> bool:
        """Whether what the token grants may be out of date."""
        return self.renewable and self._clock() - self._since > STALE

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        account = self._credentials
        return (self._token, account.client_secret if isinstance(account, ServiceAccount) else account.token)

    def current(self) -> str:
        """The token to send. Raises Unauthorized when the credentials are refused."""
        with self._lock:
            if self._clock() >= self._until:
                self._fetch()
            return self._token

    def renew(self, refused: str) -> str:
        """A token other than the one refused; a fetch by another thread in the meantime is enough."""
        with self._lock:
            if self._token == refused:
                self._fetch()
            return self._token

    def _fetch(self) -> None:
        account = self._credentials
        if isinstance(account, BearerToken):
            return
        form = {
            "grant_type": "client_credentials",
            "client_id": account.client_id,
            "client_secret": account.client_secret,
            "scope": TOKEN_SCOPE,
        }
        for path in (self._path,) if self._path else TOKEN_PATHS:
            answer = self._sender.send("POST", self._host + path, form=form, repeatable=True)
            if answer.status != _NOT_FOUND:
                self._path = path
                break
        token = answer.body.get("access_token") if isinstance(answer.body, dict) else None
        if answer.status != _OK or not isinstance(token, str) or not _is_sendable(token):
            said = withheld(error_said(answer.body, answer.text), answer.text, self.secrets).message
            words = said if answer.status >= _REFUSED else "the answer holds no token"
            raise Unauthorized(
                f"The service account {account.client_id} was refused: {words}.",
                "Check CENTRALI_CLIENT_ID and CENTRALI_CLIENT_SECRET; a secret is shown once, when it is made.",
                method="POST",
                path=path,
                status=answer.status,
            )
        lifetime = answer.body.get("expires_in")
        lifetime = lifetime if isinstance(lifetime, int | float) and 0 < lifetime < _LONGEST else _LIFETIME
        self._since = self._clock()
        self._token, self._until = token, self._since + max(lifetime - EARLY, lifetime / 2)


def _is_sendable(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable() and " " not in token
