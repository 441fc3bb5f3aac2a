"""What takes too long is acted upon, and nothing else is."""

from __future__ import annotations

import threading

from centrali_deploy.local.alarms import alarm


def test_it_goes_off_while_the_block_lasts() -> None:
    rung = threading.Event()
    with alarm(-1, rung.set):
        assert rung.wait(60)


def test_it_never_goes_off_afterwards() -> None:
    rung = threading.Event()
    before = threading.active_count()
    with alarm(3600, rung.set):
        assert threading.active_count() == before + 1
    assert (threading.active_count(), rung.is_set()) == (before, False)
