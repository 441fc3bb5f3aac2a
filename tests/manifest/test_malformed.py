"""Text that is no YAML has a place, and a way out in words that need no parser to be understood."""

from __future__ import annotations

import pytest
from refusing import problems_of

from centrali_deploy.manifest.documents import parse_document

DATA = "Leave it out: only plain data is read."
UNQUOTED = 'If * is meant as text, quote it: "* * * * *".'
FITS = "Indent it as the keys beside it are."
PERCENT = "A line that begins with % is not needed here."
CONTROL = "Delete it, or write it as an escape in quotes."
BRACKETS = "quote text that has one of { } [ ] in it."
ESCAPE = "Write two backslashes for one, or put the text in single quotes."
MISSING = "Write the value, or quote what is meant as text."
CLOSE = "Close every { and [."


@pytest.mark.parametrize(
    ("text", "at", "message", "hint"),
    [
        ("a: *x\n", (1, 4), "There is no anchor &x before this.", UNQUOTED),
        ("a: &x [*x]\n", (1, 8), "*x is part of itself.", UNQUOTED),
        ("? [a]\n: b\n", (1, 3), "A key must be a word, not a list or a mapping.", "Quote it if it is meant as text."),
        ("a: &x [b]\n*x : c\n", (2, 1), "A key must be a word, not a list or a mapping.", "Quote it if it is meant as text."),
        ("a: 1\n---\nb: 2\n", (2, 1), "A second document starts here.", "Put it into a file of its own."),
        ("[" * 101, (1, 101), "This is nested more than 100 levels deep.", "No manifest needs that."),
        ("a: b\x07c\n", (1, 5), "There is a control character here.", CONTROL),
        ("a: b\n\nc: \x00\n", (3, 4), "There is a control character here.", CONTROL),
        ('a: "x\nb: 1\n', (1, 4), "This quote is never closed.", "Close it, or take it away."),
        ("b: 1\na: 'x\n", (2, 4), "This quote is never closed.", "Close it, or take it away."),
        ("a: [1, 2\nb: 3\n", (1, 4), "This [ is not closed.", f'"," or "]" is expected at line 2, column 2; {BRACKETS}'),
        ("a: {x: 1\nb: 3\n", (1, 4), "This { is not closed.", f'"," or "}}" is expected at line 2, column 2; {BRACKETS}'),
        ("a: {b: ${env:X}}\n", (1, 4), "This { is not closed as it should be.",
         'Inside { } a ${...} must be quoted: {key: "${env:NAME}"}.'),
        ("a: b: c\n", (1, 5), 'A value cannot have ": " in it.', "Quote it, or put each key on a line of its own."),
        ("a: it's: b\n", (1, 8), 'A value cannot have ": " in it.', "Quote it, or put each key on a line of its own."),
        ("a\nb: 1\n", (2, 2), "A key cannot stand here.", 'Line 1 has no ": " after its key.'),
        ("a:b\n\n# note\nc: 1\n", (4, 1), "This does not belong to what stands above it.",
         'Begin each line at the margin with a key, ": " and its value.'),
        ("a: x\n  b: 1\n", (2, 4), "A key cannot stand here.",
         "Line 1 has a value already: take it away, or indent this line as that one is."),
        ("a:\n  b: 1\n c: 2\n", (3, 2), "This line does not fit into the mapping that begins at line 1.", FITS),
        ("a: 1\n- b\n", (2, 1), "This line does not fit into the mapping that begins at line 1.", FITS),
        ("- a\nb: 1\n", (2, 1), "This line does not fit into the list that begins at line 1.",
         'Begin it with "- ", indented as the other items are.'),
        ('a: "x" y\n', (1, 8), "Nothing can follow the value here.", "Quote the whole value, or begin a new line."),
        ('a: "x\nb: "y"\n', (1, 4), "This quote is closed only at line 2.", "Close it where the text ends."),
        ('a: {b: "x, c: 1}\nd: {e: "y"}\n', (1, 8), "This quote is closed only at line 2.", "Close it where the text ends."),
        ("a:\n  b\n  c: 1\n", (3, 4), "A key cannot stand here.", 'Line 2 has no ": " after its key.'),
        ("code:\n  function run() {\n    x: 1\n", (3, 6), "A key cannot stand here.", 'If this is code, write "code: |" above it.'),
        ("a: 1\nb\nc: 1\nd: 2\n", (2, 1), 'This line has no ": " after its key.', "Write the key, a colon, a space and the value."),
        ("a:\n  code: |\nfunction run() {\n}\n", (3, 1), "This line is no part of the text above it.",
         "Indent the text that begins at line 2."),
        ("a:\n  b: 1\n\tc: 2\n", (3, 1), "There is a tab where a line begins.", "Indent with spaces, not with tabs."),
        ("a: @x\n", (1, 4), 'A value cannot begin with "@".', "Quote the whole value."),
        ("a: `x`\n", (1, 4), 'A value cannot begin with "`".', "Quote the whole value."),
        ("a:\n\tb: 1\n", (2, 1), "There is a tab where a line begins.", "Indent with spaces, not with tabs."),
        ("\ta: 1\n", (1, 1), "There is a tab where a line begins.", "Indent with spaces, not with tabs."),
        ("a: - b\n", (1, 4), "A list cannot begin in the line of its key.", 'Put "- " on the next line.'),
        ("a: [1,,2]\n", (1, 7), 'A value is missing before ",".', MISSING),
        ("a: }\n", (1, 4), 'A value is missing before "}".', MISSING),
        ("a: {\n", (2, 1), "The text ends before this is closed.", CLOSE),
        ("[", (2, 1), "The text ends before this is closed.", CLOSE),
        ('a: "\\q"\n', (1, 5), '"\\q" is not an escape.', ESCAPE),
        ('a: "\\u12"\n', (1, 7), '"\\u" is not an escape.', ESCAPE),
        ('a: "\\ud800"\n', (1, 7), '"\\u" is not an escape.', ESCAPE),
        ("c: * * * * *\n", (1, 4), 'A name is expected after "*".', UNQUOTED),
        ("c: & x\n", (1, 4), 'A name is expected after "&".', "If & is meant as text, quote the whole value."),
        ("a: !foo!bar x\n", (1, 4), "This tag is not known.", DATA),
        ("a: !<x y\n", (1, 4), "This tag is not known.", DATA),
        ("a: |x\n  b\n", (1, 4), "The text cannot begin in this line.", "Begin it on the line below | or >."),
        ("%YAML 3.0\n---\na: 1\n", (1, 1), PERCENT, "Take it out."),
        ("%TAG ! x\n%TAG ! y\n---\na: 1\n", (2, 1), PERCENT, "Take it out."),
    ],
)  # fmt: skip
def test_it_says_where_what_and_what_now(text: str, at: tuple[int, int], message: str, hint: str) -> None:
    (problem,) = problems_of(lambda: parse_document(text, "f"))
    assert (problem.message, problem.hint) == (message, hint)
    assert (problem.position.line, problem.position.column) == at


@pytest.mark.parametrize("text", ["a: @canary\n", "a: `canary\n", 'a: "\\canary\n', "a: canary: b\n", "a: [canary\n", "a: {canary: b\n"])
def test_what_stands_in_a_malformed_text_is_not_repeated(text: str) -> None:
    assert "canary" not in str(problems_of(lambda: parse_document(text, "f")))
