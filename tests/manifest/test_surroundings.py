"""Where values come from: the environment, variables, and files that lie inside the project."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.manifest import surroundings
from centrali_deploy.manifest.surroundings import Surroundings
from centrali_deploy.manifest.variables import Value

if TYPE_CHECKING:
    from pathlib import Path

ENVIRON = {"A": "a", "EMPTY": "", "MANY": "${env:A}", "STRANGE": "\udcff"}
VALUES = {
    "text": Value("text", "t", "default"),
    "count": Value("count", 5, "default"),
    "flag": Value("flag", False, "default"),
    "all": Value("all", [1, "b"], "default"),
    "map": Value("map", {"a": 1}, "default"),
    "unset": Value("unset", None, None),
}


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    folder = tmp_path / "root" / "folder"
    folder.mkdir(parents=True)
    return Surroundings(ENVIRON, tmp_path / "root", folder, VALUES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain", "plain"),
        ("", ""),
        ("${env:A}", "a"),
        ("${env:A}-${env:A}", "a-a"),
        ("${env:EMPTY}", ""),
        ("${env:EMPTY:-b}", "b"),
        ("${env:NOT_SET:-b}", "b"),
        ("${env:NOT_SET:-}", ""),
        ("${env:NOT_SET:-b:-c}", "b:-c"),
        ("${env:A:-b}", "a"),
        ("${env:MANY}", "${env:A}"),
        ("$${env:A}", "${env:A}"),
        ("$$${env:A}", "$${env:A}"),
        ("$ {env:A} $A {A}", "$ {env:A} $A {A}"),
        ("${var:text}", "t"),
        ("${var:count}", 5),
        ("${var:flag}", False),
        ("${var:all}", [1, "b"]),
        ("${var:map}", {"a": 1}),
        ("${var:count}${env:A}", "5a"),
        ("x${var:flag}", "xfalse"),
        ("$${ ${var:text}", "${ t"),
        ("${file:../note.txt}", "hello\n"),
        ("[${file:../note.txt}]", "[hello\n]"),
    ],
)
def test_a_text_is_filled(text: str, found: Any, around: Surroundings) -> None:
    (around.root / "note.txt").write_bytes(b"\xef\xbb\xbfhello\n")
    got = around.filled(text)
    assert (got, type(got)) == (found, type(found))


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("${env:NOT_SET}", "The environment variable NOT_SET is not set.", "Set it, or give a default: ${env:NOT_SET:-...}."),
        ("${env:STRANGE}", "The environment variable STRANGE is not UTF-8 text.", "Set it to text."),
        ("${var:txt}", 'There is no variable "txt".', "Did you mean text?"),
        ("${var:else}", 'There is no variable "else".', "Declare it under variables: with a type."),
        ("${var:unset}", "The variable unset has no value.", "Give it one: --var unset=..., or a default under variables."),
        ("x ${var:all}", "${var:all} is a list or a mapping and cannot stand inside a text.", 'Write "${var:all}" alone.'),
        ("x ${var:map}", "${var:map} is a list or a mapping and cannot stand inside a text.", 'Write "${var:map}" alone.'),
        ("${file:gone.txt}", '"gone.txt" cannot be read: No such file or directory.', "The path is relative to the manifest."),
        ("${file:.}", '"." is a directory.', "Name a file in it."),
        (
            "${file:../../x}",
            '"../../x" lies outside the project (root/).',
            "Move it into the project: the directory with .git, or else the manifest's own.",
        ),
        (
            "${file:/etc/passwd}",
            '"/etc/passwd" lies outside the project (root/).',
            "Move it into the project: the directory with .git, or else the manifest's own.",
        ),
        ("${file:a\0b}", "A path cannot hold a NUL character.", "Take it out."),
        (
            "${file:" + "a" * 300 + "}",
            '"' + "a" * 80 + '..." cannot be read: File name too long.',
            "The path is relative to the manifest.",
        ),
    ],
)
def test_what_cannot_be_filled_is_told_with_a_way_out(text: str, message: str, hint: str, around: Surroundings) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        around.filled(text)
    assert caught.value.args == (message, hint)


def test_the_first_that_is_missing_is_told(around: Surroundings) -> None:
    with pytest.raises(ValueError, match="ONE is not set"):
        around.filled("${env:ONE} ${env:TWO}")


def test_a_link_that_leads_out_of_the_project_or_to_itself_is_refused(around: Surroundings, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("canary")
    (around.folder / "out.txt").symlink_to(tmp_path / "outside.txt")
    (around.folder / "self.txt").symlink_to(around.folder / "self.txt")
    with pytest.raises(ValueError, match="lies outside the project") as caught:
        around.text_of("out.txt")
    assert "canary" not in str(caught.value)
    with pytest.raises(ValueError, match=r"self\.txt"):
        around.text_of("self.txt")


def test_a_link_inside_the_project_is_followed(around: Surroundings) -> None:
    (around.root / "there.txt").write_text("x")
    (around.folder / "here.txt").symlink_to(around.root / "there.txt")
    assert around.text_of("here.txt") == "x"


def test_what_is_no_regular_file_is_not_opened(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(around.folder)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        with pytest.raises(ValueError, match="is not a file that can be read as text") as caught:
            around.text_of("socket")
    assert caught.value.args[1] == "Name a regular file."


def test_what_is_not_text_or_too_large_is_refused(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    (around.folder / "bytes").write_bytes(b"\xff")
    with pytest.raises(ValueError, match="is not UTF-8 text") as caught:
        around.text_of("bytes")
    assert caught.value.args[1] == "Save it as UTF-8."
    monkeypatch.setattr(surroundings, "LARGEST_TEXT", 4)
    (around.folder / "four").write_bytes(b"1234")
    (around.folder / "five").write_bytes(b"12345")
    assert around.text_of("four") == "1234"
    with pytest.raises(ValueError, match="is larger than 4 bytes"):
        around.text_of("five")


def test_line_ends_stay_as_they_are(around: Surroundings) -> None:
    (around.folder / "crlf").write_bytes(b"a\r\nb\rc\n")
    assert around.text_of("crlf") == "a\r\nb\rc\n"


def test_a_file_is_named_as_seen_from_where_the_user_is(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(around.root)
    beside = Surroundings({}, around.root, around.folder.relative_to(around.root))
    assert beside.name_of("f.js") == "folder/f.js"
    assert beside.name_of("../f.js") == "f.js"
    assert around.name_of("f.js") == str(around.folder / "f.js")
