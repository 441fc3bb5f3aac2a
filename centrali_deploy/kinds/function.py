"""Compute functions: JavaScript run by the platform, defining `async function run()` without parameters.

Identity is the `name`, unique within the workspace [D]. Updates send only what changed: the vendor's own scripts send
subsets, so absent members stay as they are [S, T]. Whether lists hold the code is unknown [I].
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, TypeAdapter

from centrali_deploy.kind import Kind, Spec

LONGEST_RUN_MS = 300_000
"""The platform ends every run after five minutes [D]; as an upper bound of `timeoutMs` [I]."""


class Function(Spec):
    """A compute function. Its code stands in a file beside the manifest (`source`) or in the manifest (`code`)."""

    code: Annotated[str, Field(min_length=1)]
    """JavaScript source that defines `async function run()`. Never interpolated: `${...}` belongs to JavaScript."""
    description: str | None = None
    """What the function is for, shown in the console."""
    timeoutMs: Annotated[int, Field(ge=1, le=LONGEST_RUN_MS, examples=[30000])] | None = None
    """How long one run may take, in milliseconds; at most 300000 (five minutes)."""


KIND = Kind(
    name="function",
    rank=20,
    section="functions",
    adapter=TypeAdapter(Function),
    members=frozenset(Function.model_fields),
    identity="name",
    slug=False,
    service="data",
    path="compute-functions",
    server_owned=frozenset({"id", "workspaceSlug", "createdBy", "updatedBy", "createdAt", "updatedAt", "version"}),
    defaults={("description",): ""},
    assumed={("timeoutMs",): 30000},
    alike={("code",): lambda code: code.replace("\r\n", "\n").removesuffix("\n") if isinstance(code, str) else code},
    text_member="code",
    listed_without="code",
    update_sends="changed",
    examples=(
        (
            {"description": "Adds two numbers", "timeoutMs": 5000, "code": "async function run() {\n  return 1 + 1;\n}\n"},
            {"description": "Adds three numbers", "timeoutMs": 6000, "code": "async function run() {\n  return 1 + 1 + 1;\n}\n"},
        ),
    ),
)
