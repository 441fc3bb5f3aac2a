"""Ledgers, holders and entries."""

from __future__ import annotations

from centrali_deploy.address import Address
from centrali_deploy.ledger.model import Entry, Holder, Ledger
from centrali_deploy.states import Recorded

F, T = Address("function", "f"), Address("trigger", "nightly/report")


def ledger(serial: int = 1, *names: str, deployment: str = "default") -> Ledger:
    """A ledger of functions of these names."""
    addresses = [Address("function", name) for name in names or ("f",)]
    return Ledger(
        deployment, b"\x00key", serial, {a: Recorded(a, f"id-{a.name}", {"code": {"$text": "ab"}}, "3") for a in addresses}, "1.0"
    )


def holder(name: str = "ann", now: float = 1000.0, lease: float = 60.0) -> Holder:
    return Holder(name, "ci-7", "https://ci.example/7", "apply", f"id-of-{name}", now, now + lease)


def entry(digest: str = "d", **parts: object) -> Entry:
    whole = {
        "number": 0,
        "started": "2026-01-01T00:00:00Z",
        "ended": "",
        "actor": "ann",
        "host": "ci-7",
        "job": "",
        "commit": "c0ffee",
        "tool": "1.0",
        "digest": digest,
        "doing": "apply",
        "outcomes": (("function/f", "create", "applied", ""),),
        "inverse": [{"delete": "function/f"}],
        "note": "",
    }
    return Entry(**{**whole, **parts})  # type: ignore[arg-type]
