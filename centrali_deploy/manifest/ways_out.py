"""What to do about a value that is of the wrong sort."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from centrali_deploy.address import Path

_TYPED = {"a whole number": ("integer", "5"), "a number": ("number", "1.5"), "true or false": ("boolean", "true")}
_FROM_ENVIRONMENT = re.compile(r"\$\{env:(\w+)[^}]*\}")
_VARIABLE = re.compile(r"\$\{var:[^}]*\}")
_FLAGS = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def way_out(wanted: str, value: object, written: str, path: Path) -> str:
    """How a value becomes what is `wanted`, say "a list"; `written` is how it stands in the manifest."""
    if variable := _VARIABLE.search(written):
        alone = variable[0] == written
        return "Give the variable another type." if alone else f'Beside other text it is text: write "{variable[0]}" alone.'
    return _by_variable(wanted, written) or _how(wanted, value, path)


def _how(wanted: str, value: object, path: Path) -> str:
    if wanted == "true or false" and str(value).lower() in _FLAGS:
        return f"Write {_FLAGS[str(value).lower()]}."
    if wanted == "a text":
        return "Put it in quotes, as it is written." if isinstance(value, int | float) else "Write a text, or leave it out."
    if "number" in wanted and isinstance(value, str):
        return "Leave out the quotes." if re.fullmatch(r"[-+]?[\d.]+", value) else "Write digits only."
    if wanted == "a list":
        return 'Put each item on a line of its own that begins with "- ".'
    if wanted == "a mapping":
        secret = len(path) > 1 and path[-2] == "encryptedParams"
        return 'Write {value: "${env:NAME}", encrypt: true}.' if secret else 'Write its members below it, each as "member: value".'
    return ""


def _by_variable(wanted: str, written: str) -> str:
    """How a value that is no text comes from the environment, which holds nothing else."""
    outside = _FROM_ENVIRONMENT.match(written)
    if not outside or wanted not in _TYPED:
        return ""
    name, (sort, example) = outside[1].lower(), _TYPED[wanted]
    declared = f"variables: {{{name}: {{type: {sort}}}}}"
    return f'Declare {declared}, write "${{var:{name}}}" here, and give it by --var {name}={example} or by default: "{outside[0]}".'
