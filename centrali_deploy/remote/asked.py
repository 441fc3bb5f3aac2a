"""One request as its errors speak of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from centrali_deploy.errors import RemoteError, Unreachable

if TYPE_CHECKING:
    from centrali_deploy.remote.answer import Answer

_REDIRECTS = range(300, 400)


class Ambiguous(Unreachable):
    """A create was sent and its answer is lost: it may or may not have taken effect."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which request an error is about, and the errors that are about it."""

    method: str
    url: str

    @property
    def path(self) -> str:
        """The path alone; a query is nobody's business."""
        return urlsplit(self.url).path

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.method} {self.path}"

    @property
    def host(self) -> str:
        """Whom it was sent to."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def unreachable(self, reason: str) -> Unreachable:
        """No usable answer, and why."""
        hint = "Check --url (CENTRALI_URL) and the network, then run again: nothing is lost by that."
        return Unreachable(f"{self}: {reason}.", hint, method=self.method, path=self.path)

    def ambiguous(self, reason: str) -> Ambiguous:
        """No usable answer, and it may have taken effect."""
        return Ambiguous(f"{self}: {reason}.", method=self.method, path=self.path)


def followed_nowhere(answer: Answer, asked: Asked) -> Answer:
    """The answer itself. Raises RemoteError for a redirect: the token is for nobody else."""
    if answer.status in _REDIRECTS:
        raise RemoteError(
            f"{asked} was redirected to {answer.headers.get('location', 'nowhere')}.",
            "The token is not sent anywhere else: is the URL right? https://centrali.io is the usual one.",
            method=asked.method,
            path=asked.path,
            status=answer.status,
        )
    return answer
