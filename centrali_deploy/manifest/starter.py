"""A small project to begin with: a manifest, a function, and the schema for the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.manifest.json_schema import render

if TYPE_CHECKING:
    from collections.abc import Mapping

_MANIFEST = """\
# yaml-language-server: $schema=workspace.schema.json
# What this workspace consists of. See what would change: centrali-deploy plan. Change it: centrali-deploy apply.
version: 1
workspace: {workspace}

structures:
  tasks:
    name: Tasks
    description: What is to be done
    properties:
      - {{name: title, type: string, required: true, maxLength: 200}}
      - {{name: done, type: boolean, default: false}}
      - {{name: dueAt, type: datetime}}

functions:
  greet-task:
    description: Says hello to every new task
    source: functions/greet-task.js
    timeoutMs: 10000

triggers:
  greet-task-on-create:
    description: Runs when a task is created
    function: greet-task
    executionType: event-driven
    triggerMetadata: {{event: record_created, recordSlug: tasks}}
"""
_FUNCTION = """\
// Runs on the platform: there are api, triggerParams and executionParams, and nothing else of the outside.
async function run() {
  const { recordId, data } = executionParams;
  api.log({ message: `Hello, ${data?.title ?? recordId}` });
  return { greeted: recordId };
}
"""


def starter(workspace: str) -> Mapping[str, str]:
    """The files of a new project, by path."""
    return {
        "workspace.yaml": _MANIFEST.format(workspace=workspace),
        "functions/greet-task.js": _FUNCTION,
        "workspace.schema.json": render(),
    }
