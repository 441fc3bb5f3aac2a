"""Who runs this, as CI systems and machines say it."""

from __future__ import annotations

import pytest

from centrali_deploy.ledger.here import here
from centrali_deploy.ledger.model import Holder

GITHUB = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/w",
    "GITHUB_RUN_ID": "7",
    "GITHUB_ACTOR": "ann",
    "GITHUB_SHA": "c0ffee",
}


@pytest.mark.parametrize(
    ("environ", "actor", "job", "commit"),
    [
        (GITHUB, "ann", "https://github.com/acme/w/actions/runs/7", "c0ffee"),
        ({"GITLAB_USER_LOGIN": "bob", "CI_JOB_URL": "https://gitlab/7", "CI_COMMIT_SHA": "1"}, "bob", "https://gitlab/7", "1"),
        ({"BUILD_URL": "https://jenkins/7", "GIT_COMMIT": "2", "USER": "jenkins"}, "jenkins", "https://jenkins/7", "2"),
        ({"USER": "ann"}, "ann", "", ""),
        ({"USERNAME": "ann", "GITHUB_RUN_ID": "7"}, "ann", "", ""),
    ],
)
def test_a_run_knows_who_and_in_which_job(environ: dict[str, str], actor: str, job: str, commit: str) -> None:
    found = here(environ)
    assert (found.actor, found.job, found.commit) == (actor, job, commit)
    assert found.host


def test_somebody_runs_it_even_where_nobody_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert here({}).actor == "somebody"


def test_a_holder_is_who_runs_it_from_now_on() -> None:
    found = here({"USER": "ann", "RUNNER_NAME": "runner-3"})
    assert found.holder("apply", 1000.0, 60.0, "x") == Holder("ann", "runner-3", "", "apply", "x", 1000.0, 1060.0)
    assert found.holder("apply", 1000.0, 60.0).id != found.holder("apply", 1000.0, 60.0).id


def test_what_a_ci_system_says_is_kept_short() -> None:
    assert len(here({"USER": "x" * 10_000, "BUILD_URL": "y" * 10_000}).job) == 500
