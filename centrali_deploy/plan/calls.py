"""Which call of its own sets the state of a resource: `activate` and `pause`, apart from what else a change does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.model import Action, Mark

if TYPE_CHECKING:
    from centrali_deploy.plan.model import Change


def state_call(change: Change) -> str | None:
    """The name of the call by which a change sets a state; None when it needs none."""
    life = KINDS[change.address.kind].lifecycle
    field = next((field for field in change.fields if life and field.path == (life.member,)), None)
    if life is None or field is None or (change.action is Action.CREATE and life.in_create):
        return None
    value = life.initial if field.after is None or field.after is Mark.ABSENT else field.after
    return None if change.action is Action.CREATE and value == life.initial else life.calls.get(value)


def only_state(change: Change) -> bool:
    """Whether a change sets a state and does nothing else."""
    life = KINDS[change.address.kind].lifecycle
    return change.action is Action.UPDATE and life is not None and {field.member for field in change.fields} == {life.member}
