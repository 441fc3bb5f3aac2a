"""What commands share that read or write the ledger: options about the lock and about pruning, and what is told of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from centrali_deploy.pipeline.owning import Owning, door
from centrali_deploy.plan.verdicts import Policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.cli.running import Run
    from centrali_deploy.cli.terminal import Answer
    from centrali_deploy.errors import Locked

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_DURATION = re.compile(r"(\d+)([smh]?)")


class Locking(NamedTuple):
    """How long to wait for the lock, in seconds, and whether to do without it."""

    timeout: float
    skip: bool


class _Duration(click.ParamType[float]):
    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 -- the interface of click
        """Seconds of `90`, `90s`, `10m` or `1h`."""
        if isinstance(value, float):
            return value
        found = _DURATION.fullmatch(str(value))
        if not found:
            self.fail(f'"{value}" is not a duration: write 90s, 10m or 1h.', param, ctx)
        return float(found[1]) * _UNITS[found[2]]


_LOCK = (
    click.option(
        "--lock-timeout",
        type=_Duration(),
        default=0.0,
        metavar="DURATION",
        help="Wait so long for somebody else's apply: 90s, 10m. Not at all by default.",
    ),
    click.option("--no-lock", is_flag=True, help="Apply although somebody else may be applying at the same moment."),
)
_PRUNE = (
    click.option("--prune", is_flag=True, help="Delete what is ours and no longer declared."),
    click.option("--allow-mass-delete", is_flag=True, help="Let much of what is ours go at once."),
)


allow_loss = click.option(
    "--allow-data-loss",
    "allow_loss",
    multiple=True,
    metavar="ADDRESS[.FIELD]",
    help="Let stored values of a structure, or of one property, be lost.",
)


def policy_of(
    run: Run, *, resend_secrets: bool = False, prune: bool = False, allow_mass_delete: bool = False, allow_loss: tuple[str, ...] = ()
) -> Policy:
    """What was decided beforehand, by options and by the manifest."""
    return Policy(resend_secrets, prune, allow_mass_delete, allow_loss, run.loaded.protect)


def _options(options: tuple[Any, ...]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def added(function: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            function = option(function)
        return function

    return added


lock_options, prune_options = _options(_LOCK), _options(_PRUNE)


def owning(run: Run) -> Owning:
    """The ledger that the manifests name."""
    return Owning(door(run.client, run.loaded.keeping), run.loaded.keeping.deployment)


def waiting(answer: Answer) -> Callable[[Locked], None]:
    """Tells once who is waited for."""
    said: list[str] = []

    def tell(error: Locked) -> None:
        if not said:
            answer.tell(f"Waiting: {error.message}")
        said.append(error.message)
        answer.live(f"Waiting: {error.message}")

    return tell
