"""The console script. `--version` answers before anything else is loaded."""

from __future__ import annotations

import os
import sys

from centrali_deploy.errors import ExitCode
from centrali_deploy.version import VERSION


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"centrali-deploy {VERSION}\n")
        return
    from centrali_deploy.cli import run  # noqa: PLC0415 -- --version must not wait for the command line to load

    code = run(sys.argv[1:])
    if code == ExitCode.INTERRUPTED:
        sys.stdout.flush()
        os._exit(code)  # threads that are still reading are not waited for
    sys.exit(code)


if __name__ == "__main__":
    main()
