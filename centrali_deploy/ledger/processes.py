"""Which process this is, so that a lock of one that is gone need not be waited for: on the same machine, that can be known.

Known for certain only on Linux, and only of processes that this one could see; of all others nothing is said.
"""

from __future__ import annotations

import os
from pathlib import Path

_BOOT, _SPACE = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")


def process() -> str:
    """This process: the boot of its machine, the space its number counts in, its number, and when it began. Empty if unknown."""
    try:
        return " ".join((_machine(), str(os.getpid()), _begun(os.getpid())))
    except OSError:
        return ""


def is_gone(other: str) -> bool:
    """Whether a process certainly is not there any more."""
    try:
        *machine, number, begun = other.split(" ")
        if " ".join(machine) != _machine():
            return False
    except (OSError, ValueError):
        return False
    try:
        return _begun(int(number)) != begun
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False


def _machine() -> str:
    return f"{_BOOT.read_text(encoding='ascii').strip()} {os.readlink(_SPACE)}"  # noqa: PTH115 -- it points to no file


def _begun(number: int) -> str:
    """Since when a process runs, in ticks since the boot. Raises FileNotFoundError when there is none of this number."""
    return Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
