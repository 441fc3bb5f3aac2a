"""The version: one place, from which everything reads it."""

from __future__ import annotations

import re
from importlib.metadata import version

from centrali_deploy.version import VERSION


def test_the_installed_package_has_the_same_version() -> None:
    assert version("centrali-deploy") == VERSION
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
