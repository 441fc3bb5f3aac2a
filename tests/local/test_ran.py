from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.local.ran import Ran, described, plain

CODE = "import fs from 'fs'\nasync function run() {}"


@pytest.mark.parametrize(
    ("ended", "ran"),
    [
        ({"end": "completed", "output": "[1]"}, Ran("completed", [1])),
        ({"end": "timeout"}, Ran("timeout", None, "TIMEOUT", "The function still ran after 1,500 ms and was stopped")),
        ({"end": "timeout", "stack": "    at f (<input>:3:4)\n    at run (<input>:1:2)"},
         Ran("timeout", None, "TIMEOUT", "The function still ran after 1,500 ms and was stopped (last seen at line 3, column 4)")),
        ({"end": "memory", "stack": "    at push (native)\n    at run (<input>:3:4)"},
         Ran("failure", None, "MEMORY_LIMIT", "The function used more than 64 MB of memory (line 3, column 4)")),
        ({"end": "thrown", "thrown": "InternalError: out of memory"},
         Ran("failure", None, "MEMORY_LIMIT", "The function used more than 64 MB of memory.")),
        ({"end": "crashed"}, Ran("failure", None, "CRASHED", "The process that ran the function ended unexpectedly.")),
        ({"end": "too-large"}, Ran("failure", None, "RESULT_TOO_LARGE", "run() returned more than 10 MB.")),
        ({"end": "thrown", "thrown": "x" * 20_000}, Ran("failure", None, "CODE_ERROR", "x" * 10_000)),
        ({"end": "thrown", "thrown": "\ud834\udd1e and \ud800"}, Ran("failure", None, "CODE_ERROR", "\U0001d11e and \ufffd")),
        ({"end": "thrown", "thrown": "SyntaxError: odd", "stack": "    at <input>:1:8"},
         Ran("failure", None, "SYNTAX_ERROR", "SyntaxError: odd (line 1, column 8). Nothing can be imported: a function stands alone. "
             "Use the api object, or write out what is needed.")),
        ({"end": "thrown", "thrown": "SyntaxError: odd", "stack": "    at <input>:9:1"},
         Ran("failure", None, "SYNTAX_ERROR", "SyntaxError: odd (line 9, column 1)")),
        ({"end": "thrown", "thrown": "SyntaxError: odd", "stack": "    at <input>:1:2\n    at parse (native)\n    at run (<input>:2:5)"},
         Ran("failure", None, "CODE_ERROR", "SyntaxError: odd (line 2, column 5)")),
    ],
)  # fmt: skip
def test_every_end_has_words(ended: dict[str, Any], ran: Ran) -> None:
    assert Ran(**described(ended, CODE, 1500)) == ran


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud800"', "\ufffd"),
        (r'"\\ud800"', r"\ud800"),
        (r'"\\\udfff!"', "\\\ufffd!"),
        ('{"a": ["\\n", 1.5, null]}', {"a": ["\n", 1.5, None]}),
    ],
)
def test_halves_of_characters_are_replaced(text: str, value: Any) -> None:
    assert plain(text) == value
