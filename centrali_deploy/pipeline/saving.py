"""Saved plans: a plan written into a file, and taken out of it to be shown or applied."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from centrali_deploy.errors import NotWritten, Position, StalePlan, UsageProblem
from centrali_deploy.manifest.keeping import Keeping
from centrali_deploy.manifest.loading import Loaded
from centrali_deploy.manifest.resolution import secret_of
from centrali_deploy.manifest.surroundings import Surroundings
from centrali_deploy.plan.planfile import Saved, dump, is_plan, moved, pins, read
from centrali_deploy.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from centrali_deploy.address import Address
    from centrali_deploy.pipeline.plan import Planned
    from centrali_deploy.plan.verdicts import Policy
    from centrali_deploy.secret import Secret

LARGEST = 200_000_000
"""Bytes of a plan that is read."""


def save(path: str, planned: Planned, loaded: Loaded, policy: Policy, server: str) -> None:
    """Write a plan into a file that only its owner reads, in place of an older plan if there is one.

    Raises NotWritten, UsageProblem when something else has that name; then it is as it was.
    """
    keeping = loaded.keeping
    said = {"deployment": keeping.deployment, "ledger": keeping.ledger}
    if keeping.file:
        said["file"] = os.path.relpath(keeping.file)
    pinned, made = pins(planned.plan, planned.live), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = dump(Saved(planned.plan, planned.desired, policy, pinned, made, VERSION, loaded.environment, said, _named(server)))
    if Path(path).is_file() and not _holds_plan(path):
        raise UsageProblem(f"{path} is there and is not a saved plan.", "Give the plan a name of its own, or take that file away.")
    beside = Path(f"{path}.{token_hex(8)}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):  # it is not there, or it cannot be taken away either
            beside.unlink()
        raise NotWritten(f"{path} cannot be written: {error.strerror}.", "Look at the folder, its permissions and the disk.") from error


def _holds_plan(path: str) -> bool:
    try:
        if not Path(path).is_file():
            return False  # nothing is read that may never end
        with Path(path).open(encoding="utf-8") as file:
            return is_plan(file.read(200))
    except (OSError, ValueError):  # no text, or no name of a file
        return False


def saved_in(paths: Sequence[str], environ: Mapping[str, str]) -> Saved | None:
    """The plan that the only path is a file of; None when it is something else.

    Raises UsageProblem for a plan beside something else, and when it cannot be read.
    """
    found = _plan_among(paths)
    if found is None:
        return None  # whoever reads it as a manifest says what is wrong
    if len(paths) != 1:
        hint = f"To apply it: centrali-deploy apply {found}. Or name the manifests alone, to plan anew."
        raise UsageProblem(f"{found} is a saved plan, and stands alone.", hint)
    try:
        with Path(paths[0]).open(encoding="utf-8") as file:
            text = file.read(LARGEST)
    except (OSError, UnicodeDecodeError):
        return None
    around = Surroundings(environ, Path(), Path())

    def secret(origin: str, address: Address) -> Secret:
        return secret_of(origin, around, lambda: Position(paths[0]), str(address))

    return read(text, paths[0], secret)


def refuse_plans(paths: Sequence[str]) -> None:
    """Raise UsageProblem for a saved plan where manifests are meant."""
    if found := _plan_among(paths):
        raise UsageProblem(f"{found} is a saved plan, not a manifest.", _to_show(found))


def _plan_among(paths: Sequence[str]) -> str | None:
    return next((path for path in paths if _holds_plan(path)), None)


def _to_show(path: str) -> str:
    return f"To look at it: centrali-deploy show {path}."


def needed(paths: Sequence[str], environ: Mapping[str, str]) -> Saved:
    """The same; raises UsageProblem when it is something else."""
    if len(paths) > 1:
        raise UsageProblem(f"{len(paths)} files are named, and one is shown at a time.", _to_show(_plan_among(paths) or "PLANFILE"))
    found = saved_in(paths, environ)
    if found is None:
        raise UsageProblem(f"{paths[0] if paths else 'Nothing'} is not a saved plan.", "Make one: centrali-deploy plan --out FILE.")
    return found


def loaded_from(saved: Saved, path: str) -> Loaded:
    """What a saved plan declares, as if it had been read from manifests."""
    said = saved.keeping
    file = Path(said["file"]).resolve() if "file" in said else None
    keeping = Keeping(str(said.get("deployment", "default")), str(said.get("ledger", "workspace")), file)
    return Loaded(
        saved.plan.workspace, saved.desired, (), (path,), protect=saved.policy.protect, environment=saved.environment, keeping=keeping
    )


def refuse_elsewhere(saved: Saved, workspace: str, server: str) -> None:
    """Raise UsageProblem when another workspace is meant than that of the plan, or one of the same name on another server."""
    if workspace != saved.plan.workspace:
        message = f"The plan is for the workspace {saved.plan.workspace}, and {workspace} is meant here."
        raise UsageProblem(message, "Leave out --workspace and CENTRALI_WORKSPACE.")
    if saved.server not in {None, _named(server)}:
        message = f"The plan is for {workspace} at {saved.server}, and {workspace} at {_named(server)} is meant here."
        option = "--url " if _is_url(str(saved.server)) else "--local="
        raise UsageProblem(message, f"Give {option}{saved.server}, or make a new plan.")


def _named(server: str) -> str:
    """A server as a plan names it; the file of a local workspace as seen from here, like that of a ledger."""
    return server if _is_url(server) else os.path.relpath(server)


def _is_url(server: str) -> bool:
    return server.startswith(("http://", "https://"))


def refuse_moved(saved: Saved, now: Planned) -> None:
    """Raise StalePlan, naming each object that is not as it was when the plan was made."""
    found = moved(saved, now.plan, now.live)
    if found:
        names = ", ".join(map(str, found))
        raise StalePlan(
            f"The plan of {saved.made} is no longer what would happen: {names} moved since.",
            "Nothing was written. --refresh shows what differs and asks anew; or make a new plan.",
        )
