"""Who runs this, on which machine, in which job of CI: what locks and the history say of a run."""

from __future__ import annotations

import getpass
import secrets
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from centrali_deploy.ledger.model import Holder

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACTORS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "CIRCLE_USERNAME", "BUILDKITE_BUILD_CREATOR", "BUILD_USER")
_JOBS = ("CI_JOB_URL", "BUILD_URL", "CIRCLE_BUILD_URL", "BUILDKITE_BUILD_URL")
_COMMITS = ("GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT", "CIRCLE_SHA1", "BUILDKITE_COMMIT", "BITBUCKET_COMMIT", "BUILD_SOURCEVERSION")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Here:
    """A run; `job` and `commit` are empty where nobody says them."""

    actor: str
    host: str
    job: str
    commit: str

    def holder(self, doing: str, now: float, lease: float, id_: str = "") -> Holder:
        """Who holds a lock from `now` on, for so many seconds."""
        return Holder(self.actor, self.host, self.job, doing, id_ or secrets.token_hex(8), now, now + lease)


def here(environ: Mapping[str, str]) -> Here:
    """This run, as the variables of the usual CI systems say it; else the user of this machine."""
    host = environ.get("RUNNER_NAME") or socket.gethostname()
    return Here(_first(environ, _ACTORS) or _user(environ), host[:_LONGEST], _job(environ), _first(environ, _COMMITS))


def _job(environ: Mapping[str, str]) -> str:
    parts = [environ.get(name) for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    if all(parts):
        return f"{parts[0]}/{parts[1]}/actions/runs/{parts[2]}"[:_LONGEST]
    return _first(environ, _JOBS)


def _user(environ: Mapping[str, str]) -> str:
    try:
        return _first(environ, ("USER", "USERNAME", "LOGNAME")) or getpass.getuser()
    except (OSError, KeyError):  # a container whose user has no name
        return "somebody"


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environ[name][:_LONGEST] for name in names if environ.get(name)), "")
