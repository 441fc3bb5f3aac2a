"""The console script. `--version` and `--help` answer before anything else is loaded."""

from __future__ import annotations

import sys

from centrali_deploy.commands import help_text
from centrali_deploy.version import VERSION


def main() -> None:
    """Run the command line and leave with its exit code."""
    words = sys.argv[1:]
    if words == ["--version"]:
        sys.stdout.write(f"centrali-deploy {VERSION}\n")
    elif words in (["--help"], ["-h"]):
        sys.stdout.write(help_text())
    else:
        from centrali_deploy.cli import leave  # noqa: PLC0415 -- neither of the two above waits for the command line to load

        leave(words)


if __name__ == "__main__":
    main()
