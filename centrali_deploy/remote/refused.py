"""A refusal of the API as one of our errors: its own words, and what now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.errors import Conflict, Rejected, RemoteError, Unauthorized
from centrali_deploy.remote.credentials import ServiceAccount
from centrali_deploy.remote.withholding import withheld
from centrali_deploy.wire import GROUP_HINT, error_said, says_exists

if TYPE_CHECKING:
    from collections.abc import Iterable

    from centrali_deploy.remote.answer import Answer
    from centrali_deploy.remote.connection import Connection


def refused(answer: Answer, method: str, path: str, connection: Connection, secrets: Iterable[str] = ()) -> RemoteError:
    """The error that an answer with a status of 300 or above stands for. What repeats one of the `secrets` is withheld."""
    said = withheld(error_said(answer.body, "it answered with a web page" if answer.is_page else answer.text), answer.text, secrets)
    kind, hint = _kind(answer.status, said.message, connection)
    return kind(
        f"{method} {path} was refused ({answer.status}): {said.message or 'without a word'}",
        hint,
        method=method,
        path=path,
        status=answer.status,
        code=said.code,
        fields=said.fields,
        request_id=said.request_id,
    )


def _kind(status: int, message: str, connection: Connection) -> tuple[type[RemoteError], str]:
    account = connection.credentials
    if status == 401:  # noqa: PLR2004 -- an HTTP status
        return Unauthorized, "The token is wrong or has expired: make a new one, or set CENTRALI_CLIENT_ID and CENTRALI_CLIENT_SECRET."
    if status == 403:  # noqa: PLR2004 -- an HTTP status
        who = f" ({account.client_id})" if isinstance(account, ServiceAccount) else ""
        return Unauthorized, f'The account{who} must belong to workspace "{connection.workspace}". {GROUP_HINT}'
    if says_exists(status, message):
        return Conflict, "Something else in the workspace stands in the way: plan again, then mend the manifest."
    if status == 404:  # noqa: PLR2004 -- an HTTP status
        return Rejected, f'Is the workspace "{connection.workspace}" right? If so, it was deleted meanwhile: plan again.'
    return Rejected, "Mend what it names, then run again."
