"""A request as errors speak of it: its method and path, never its query, and never followed elsewhere."""

from __future__ import annotations

import pytest

from centrali_deploy.errors import ExitCode, RemoteError, Unreachable
from centrali_deploy.remote.answer import Answer
from centrali_deploy.remote.asked import Ambiguous, Asked, followed_nowhere

ASKED = Asked("GET", "https://api.example:8443/data/things/x?page=2&key=canary")


def test_an_error_names_the_method_and_the_path_and_no_query() -> None:
    assert (str(ASKED), ASKED.host) == ("GET /data/things/x", "https://api.example:8443")
    for error in (ASKED.unreachable("It broke"), ASKED.ambiguous("It broke")):
        assert error.message == "GET /data/things/x: It broke."
        assert (error.method, error.path, error.exit_code) == ("GET", "/data/things/x", ExitCode.UNAVAILABLE)
        assert "canary" not in repr(vars(error))


def test_a_lost_answer_is_ambiguous_and_ambiguous_is_unreachable() -> None:
    assert isinstance(ASKED.ambiguous("It broke"), Ambiguous)
    assert issubclass(Ambiguous, Unreachable)
    assert "--url" in ASKED.unreachable("It broke").hint


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 399])
def test_a_redirect_is_an_error_that_says_where_it_leads(status: int) -> None:
    with pytest.raises(RemoteError, match=r"GET /data/things/x was redirected to https://login\.example") as caught:
        followed_nowhere(Answer.read(status, b"", {"location": "https://login.example"}), ASKED)
    assert caught.value.status == status
    with pytest.raises(RemoteError, match="redirected to nowhere"):
        followed_nowhere(Answer.read(status, b"", {}), ASKED)


@pytest.mark.parametrize("status", [200, 299, 400])
def test_anything_else_is_the_answer(status: int) -> None:
    answer = Answer.read(status, b"", {})
    assert followed_nowhere(answer, ASKED) is answer
