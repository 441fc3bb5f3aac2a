"""Everything that can go wrong, as one tree; each class knows its exit code.

    DeployError
    |- ManifestError          problems: one or many, each with its place              3
    |- UsageProblem           a setting is missing or makes no sense                  3
    |- RemoteError            method and path, never the token                       10
    |  |- Unreachable         no usable answer after the retries                     10
    |  |- Unauthorized        401 or 403                                              4
    |  |- Rejected            the API refused the request, in its own words          10
    |  |- Conflict            the API says that it is there already, or in use        5
    |- PlanError                                                                      5
    |  |- LiveConflict        two live resources answer to one name                   5
    |  |- StalePlan           what was approved is no longer what would happen        5
    |  |- UnsafePlan          a protection refuses; says what would pass it           8
    |- LedgerError            something about what is recorded                       10
    |  |- Unreadable          it is damaged, or newer than this tool                  5
    |  |- LedgerMoved         somebody else wrote it at the same moment               5
    |  |- Locked              somebody else is applying                               6
    |     |- LeaseLost        somebody else took the lock over                        6
    |- ApprovalNeeded         not interactive and not approved                        9
    |- AppliedInPart          some changes failed or were skipped                     7
    |- FunctionFailed         a function failed, or gave something else                 3
    |- NotWritten             the answer cannot be written where it should go          1
    |- Unexpected             our own mistake; a log says what happened               1
    |- Interrupted            told to stop; what was begun is finished              130

A foreign exception is turned into one of these at the one door of its library, always with `raise ... from`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable


class ExitCode(IntEnum):
    """What the process returns; the same in every output mode."""

    DONE = 0
    UNEXPECTED = 1
    CHANGES = 2
    INVALID = 3
    NOT_ALLOWED = 4
    CONFLICT = 5
    LOCKED = 6
    PARTIAL = 7
    REFUSED = 8
    APPROVAL_NEEDED = 9
    UNAVAILABLE = 10
    INTERRUPTED = 130


Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a manifest: the file as the user named it (empty: none), line and column counted from 1 (0: the whole file)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """`file:line:column`, the form editors and terminals make clickable."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with a manifest: where, of which resource or option (may be empty), what, and the way out.

    A warning is about something the API takes, and that is probably not meant.
    """

    position: Position
    address: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        """Two lines: the place and the address, then the message with its way out."""
        head = f"{self.position}  {'warning  ' if self.severity == 'warning' else ''}{self.address}".strip()
        return f"{head}\n  {self.message}{' ' if self.hint else ''}{self.hint}"


class DeployError(Exception):
    """Anything we can explain. `message` says what and where, `hint` says what now."""

    exit_code: ClassVar[ExitCode] = ExitCode.UNEXPECTED

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep what is wrong and, apart from it, the way out."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def reason(self) -> str:
        """The class name in words a machine can rely on: `UnsafePlan` is `unsafe-plan`."""
        return "".join(f"-{c.lower()}" if c.isupper() else c for c in type(self).__name__).lstrip("-")


class ManifestError(DeployError):
    """What the manifests say cannot be meant; all problems at once, sorted by place."""

    exit_code = ExitCode.INVALID

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Sort the problems by place and drop repetitions."""
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class UsageProblem(DeployError):
    """A flag, a setting or an argument is missing or makes no sense."""

    exit_code = ExitCode.INVALID


class RemoteError(DeployError):
    """Something about one request. `method` and `path` name it; the token is never kept."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(  # noqa: PLR0913 -- one keyword per published part of an error body
        self,
        message: str,
        hint: str = "",
        *,
        method: str = "",
        path: str = "",
        status: int = 0,
        code: str = "",
        fields: tuple[tuple[str, str], ...] = (),
        request_id: str = "",
    ) -> None:
        """Keep the API's own words and the (field, message) pairs it named."""
        super().__init__(message, hint)
        self.method = method
        self.path = path
        self.status = status
        self.code = code
        self.fields = fields
        self.request_id = request_id


class Unreachable(RemoteError):
    """No usable answer: no connection, a time-out, or a failing server after all retries."""


class Unauthorized(RemoteError):
    """The API does not know us (401) or does not let us (403)."""

    exit_code = ExitCode.NOT_ALLOWED


class Rejected(RemoteError):
    """The API understood the request and refused it."""


class Conflict(RemoteError):
    """The API says that the resource exists already, is in use, or would loop."""

    exit_code = ExitCode.CONFLICT


class PlanError(DeployError):
    """No plan can be made of these manifests and this workspace."""

    exit_code = ExitCode.CONFLICT


class LiveConflict(PlanError):
    """Two live resources answer to one name, so the name does not say which is meant."""


class StalePlan(PlanError):
    """The workspace moved between the plan and its approval, so that something else would happen."""


class UnsafePlan(PlanError):
    """A protection refuses the plan; the hint names what would pass it."""

    exit_code = ExitCode.REFUSED


class LedgerError(DeployError):
    """Something about what is recorded: where it is kept, or who may write to it."""

    exit_code = ExitCode.UNAVAILABLE


class Unreadable(LedgerError):
    """What is recorded is damaged, or newer than this tool."""

    exit_code = ExitCode.CONFLICT


class LedgerMoved(LedgerError):
    """Somebody else wrote to the ledger after it was read."""

    exit_code = ExitCode.CONFLICT


class Locked(LedgerError):
    """Somebody else is applying."""

    exit_code = ExitCode.LOCKED


class LeaseLost(Locked):
    """Somebody else took the lock over, or it could not be renewed: nothing more is written."""


class ApprovalNeeded(DeployError):
    """Changes wait for approval and nobody is there to give it."""

    exit_code = ExitCode.APPROVAL_NEEDED


class AppliedInPart(DeployError):
    """Some changes failed, or were skipped because of one that did."""

    exit_code = ExitCode.PARTIAL


class FunctionFailed(DeployError):
    """A function ran and failed, or did not give what was expected."""

    exit_code = ExitCode.INVALID


class NotWritten(DeployError):
    """The answer cannot be written where it should go; what was done is done."""


class Unexpected(DeployError):
    """Our own mistake."""


class Interrupted(DeployError):
    """Somebody asked us to stop, and we did between two changes."""

    exit_code = ExitCode.INTERRUPTED
