"""Who applies, and from where: what the lock and the history say of a run."""

from __future__ import annotations

import getpass
import platform
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from centrali_deploy.ledger.model import Holder
from centrali_deploy.ledger.processes import process

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACTORS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILDKITE_BUILD_CREATOR", "CIRCLE_USERNAME", "BUILD_USER_ID")
_JOBS = ("CI_JOB_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL", "BUILD_URL")
_COMMITS = ("GITHUB_SHA", "CI_COMMIT_SHA", "BUILDKITE_COMMIT", "CIRCLE_SHA1", "GIT_COMMIT")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a pipeline, on which machine, in which job (its address), and at which commit of the manifests."""

    name: str
    host: str
    job: str = ""
    commit: str = ""

    def holding(self, doing: str) -> Holder:
        """As the lock names it; when it begins and ends is said when it is taken."""
        return Holder(self.name, self.host, self.job, doing, secrets.token_hex(8), 0.0, 0.0, process())


def actor(environ: Mapping[str, str], files: tuple[str, ...]) -> Actor:
    """Whoever runs this: what the CI system says of itself, or else the user; the commit is that of the manifests."""
    job = _first(environ, _JOBS)
    if environ.get("GITHUB_RUN_ID"):
        job = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}".format_map(_Known(environ))
    return Actor(_first(environ, _ACTORS) or _user(), platform.node(), job, _first(environ, _COMMITS) or _commit(files))


class _Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environ[name][:_LONGEST] for name in names if environ.get(name)), "")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container in which the user has no name
        return "somebody"


def _commit(files: tuple[str, ...]) -> str:
    """The commit that is checked out beside the manifests; with a mark when something is not committed. Empty without git."""
    folder = Path(files[0]).parent if files else Path()
    try:
        said = [_git(folder, *words) for words in (("rev-parse", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))]
    except (OSError, subprocess.SubprocessError):
        return ""
    return said[0] + ("+" if said[1] else "")


def _git(folder: Path, *words: str) -> str:
    run = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True, timeout=10)  # noqa: S603, S607 -- the git that is on the path
    return run.stdout.strip()
