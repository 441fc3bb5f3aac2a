"""YAML as people mean it, with the place of everything, and a clear refusal of what cannot be read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.manifest import documents
from centrali_deploy.manifest.documents import LARGEST_FILE, parse_document, read_document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def problems(read: Callable[[], object]) -> tuple[Problem, ...]:
    with pytest.raises(ManifestError) as caught:
        read()
    return caught.value.problems


def refused(text: str) -> list[tuple[int, int, str]]:
    found = problems(lambda: parse_document(text, "f"))
    assert all(problem.hint and problem.position.file == "f" for problem in found)
    return [(problem.position.line, problem.position.column, problem.message) for problem in found]


def of_file(path: Path) -> str:
    (problem,) = problems(lambda: read_document(path, "w.yaml"))
    assert problem.position == Position("w.yaml")
    return problem.message


def places(text: str) -> dict[Any, tuple[int, int]]:
    return {path: (place.line, place.column) for path, place in parse_document(text, "f").places.items()}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("no", "no"), ("on", "on"), ("Yes", "Yes"), ("12:30", "12:30"), ("2024-01-02", "2024-01-02"), ("~", None), ("null", None),
        ("", None), ("NULL", None), ("nUll", "nUll"), ("true", True), ("TRUE", True), ("tRue", "tRue"), ("0", 0), ("-0", 0), ("+7", 7),
        ("0o17", 15), ("0x1F", 31), ("0b11", "0b11"), ("1_000", "1_000"), ("1e3", 1000.0), ("1.5", 1.5), (".5", 0.5), ("5.", 5.0),
        ("-1.5E-2", -0.015), ("1e", "1e"), ("-x", "-x"), ("+", "+"), ("...a", "...a"), ("1.2.3", "1.2.3"), (".inf", ".inf"),
        ("-.inf", "-.inf"), (".nan", ".nan"), ("9" * 300, int("9" * 300)), ('"9e999"', "9e999"), ("'true'", "true"),
        ("! 5", "5"), ("!!str 5", "5"), ("|-\n  5", "5"), ("1e-400", 0.0), ("18446744073709551616", 2**64),
    ],
)  # fmt: skip
def test_words_are_read_as_people_mean_them(word: str, value: Any) -> None:
    found = parse_document(f"a: {word}\n", "f").data["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("9" * 5000, "This number has 5,000 digits."),
        ("-" + "9" * 300, "This number has 301 digits."),
        ("1e999", "1e999 is larger than any number can be."),
        ("-1e999", "-1e999 is larger than any number can be."),
        ("1.5e400", "1.5e400 is larger than any number can be."),
        ("012", "012 starts with a zero: a text, or a number?"),
        ("-007", "-007 starts with a zero: a text, or a number?"),
        ("!!int 5", "The tag tag:yaml.org,2002:int is not known."),
        ("!Ref x", "The tag !Ref is not known."),
        ("!!set {b}", "The tag tag:yaml.org,2002:set is not known."),
    ],
)
def test_a_word_that_could_mean_two_things_is_a_problem(word: str, message: str) -> None:
    assert refused(f"a: {word}\n") == [(1, 4, message)]
    assert refused(f"# a\nb: [1, {word}]\n") == [(2, 8, message)]


def test_all_problems_of_a_file_are_told_at_once() -> None:
    assert refused("a: 012\nb: 1e999\na: 3\nc: !x y\n") == [
        (1, 4, "012 starts with a zero: a text, or a number?"),
        (2, 4, "1e999 is larger than any number can be."),
        (3, 1, '"a" is there twice; it is also at line 1.'),
        (4, 4, "The tag !x is not known."),
    ]


@pytest.mark.parametrize("key", ["5", "~", "true", "1.50", "2024-01-02", "no"])
def test_a_key_is_text_as_it_is_written(key: str) -> None:
    assert parse_document(f"{key}: a\n", "f").data == {key: "a"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: {b: [x, {c: 1}]}\n", {(): (1, 1), ("a",): (1, 1), ("a", "b"): (1, 5), ("a", "b", 0): (1, 9), ("a", "b", 1): (1, 12),
                                   ("a", "b", 1, "c"): (1, 13)}),
        ("ä: ö\n'ü': {ß: 1}\n", {(): (1, 1), ("ä",): (1, 1), ("ü",): (2, 1), ("ü", "ß"): (2, 7)}),
        ("a:\r\n  - b\r\n  - c: d\r\n", {(): (1, 1), ("a",): (1, 1), ("a", 0): (2, 5), ("a", 1): (3, 5), ("a", 1, "c"): (3, 5)}),
    ],
)  # fmt: skip
def test_everything_has_its_place(text: str, found: Any) -> None:
    assert places(text) == found


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: &x {b: 1, c: 2}\nd: {<<: *x, b: 3}\n", {"b": 3, "c": 2}),
        ("a: &x {b: 1, c: 2}\nd: {b: 3, <<: *x}\n", {"b": 3, "c": 2}),
        ("a: &x {b: 1}\ne: &y {b: 2, c: 2}\nd: {<<: [*x, *y]}\n", {"b": 1, "c": 2}),
        ("a: &x {b: 1}\ne: &y {b: 2, c: 2}\nd:\n  <<: *x\n  <<: *y\n", {"b": 1, "c": 2}),
        ("a: &x {b: 1}\nd: &y {<<: *x}\n", {"b": 1}),
        ("d: {<<: {b: 1}}\n", {"b": 1}),
    ],
)
def test_merge_keys_fill_in_what_is_not_written(text: str, data: Any) -> None:
    assert parse_document(text, "f").data["d"] == data


def test_what_is_merged_stands_where_it_is_merged() -> None:
    found = places("a: &x\n  b: 1\n  c: 2\nd:\n  c: 3\n  <<: *x\n")
    assert (found["d", "b"], found["d", "c"], found["a", "b"]) == ((6, 3), (5, 3), (2, 3))


@pytest.mark.parametrize(
    ("text", "line"),
    [("d: {<<: 5}\n", 1), ("a: &x [1]\nd: {<<: *x}\n", 2), ("a: &x [1]\nd: {<<: [*x]}\n", 2)],
)
def test_only_mappings_can_be_merged(text: str, line: int) -> None:
    ((at, _, message),) = refused(text)
    assert at == line
    assert message == "<< takes a mapping, or a list of mappings."


@pytest.mark.parametrize(
    ("text", "at", "message", "hint"),
    [
        ("a: *x\n", (1, 4), "There is no anchor &x before this.", 'If * is meant as text, quote it: "* * * * *".'),
        ("a: &x [*x]\n", (1, 8), "*x is part of itself.", 'If * is meant as text, quote it: "* * * * *".'),
        ("? [a]\n: b\n", (1, 3), "A key must be a word, not a list or a mapping.", "Quote it if it is meant as text."),
        ("a: 1\n---\nb: 2\n", (2, 1), "A second document starts here.", "Put it into a file of its own."),
        ("[" * 101, (1, 101), "This is nested more than 100 levels deep.", "No manifest needs that."),
        ("a: b: c\n", (1, 5), "This is not YAML: mapping values are not allowed in this context.",
         "Check the indentation and the quotes around here."),
        ("a:\n\tb: 1\n", (2, 1), "This is not YAML: found character that cannot start any token.", "Indent with spaces, not with tabs."),
        ("a: {b: ${env:X}}\n", (1, 10), "", 'Inside { } a ${...} must be quoted: {key: "${env:NAME}"}.'),
        ("c: * * * * *\n", (1, 5), "", 'A value that starts with * must be quoted: "* * * * *".'),
        ("a: b\x07c\n", (1, 5), "There is a control character here.", "Delete it, or write it as an escape in quotes."),
        ("a: b\n\nc: \x00\n", (3, 4), "There is a control character here.", "Delete it, or write it as an escape in quotes."),
    ],
)  # fmt: skip
def test_what_is_no_yaml_has_a_place_and_a_way_out(text: str, at: tuple[int, int], message: str, hint: str) -> None:
    (problem,) = problems(lambda: parse_document(text, "f"))
    assert problem.position.line == at[0]
    assert problem.hint == hint
    assert not message or (problem.position.column, problem.message) == (at[1], message)


def test_as_deep_as_it_may_be_is_fine() -> None:
    assert parse_document("[" * 100 + "]" * 100, "f").data


@pytest.mark.parametrize("repeated", [10, 20])
def test_a_bomb_is_refused_before_it_goes_off(repeated: int) -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * repeated)}]\n" for n in range(1, 9))
    ((_, _, message),) = refused(f"l0: &l0 [{', '.join('x' * 10)}]\n{levels}")
    assert message == "This stands for more than 500,000 values."


def test_aliases_that_stay_small_are_fine() -> None:
    data = parse_document(f"a: &x [1, 2]\nb: [{', '.join(['*x'] * 1000)}]\n", "f").data
    assert data["b"] == [[1, 2]] * 1000


@pytest.mark.parametrize(
    ("content", "data"),
    [
        (b"\xef\xbb\xbfversion: 1\n", {"version": 1}),
        (b"\xef\xbb\xbf", None),
        (b"a: 1\r\nb: |\r\n  x\r\n  y\r\n", {"a": 1, "b": "x\ny\n"}),
        ("a: ü𝄞\n".encode(), {"a": "ü𝄞"}),
        (b"", None),
        (b"# nothing\n", None),
    ],
)
def test_files_are_read_as_editors_write_them(content: bytes, data: Any, tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_bytes(content)
    found = read_document(tmp_path / "w.yaml", "w.yaml")
    assert (found.data, found.file) == (data, "w.yaml")


def test_a_mark_at_the_start_of_a_file_shifts_no_place(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_document(tmp_path / "w.yaml", "w.yaml").places["a",] == Position("w.yaml", 1, 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: \xff\n", "The file is not UTF-8: byte 3 is 0xff."),
        ("a: ü\n".encode("latin-1"), "The file is not UTF-8: byte 3 is 0xfc."),
        ("a: 1\n".encode("utf-16"), "The file is not UTF-8: byte 0 is 0xff."),
    ],
)
def test_a_file_that_is_not_utf8_says_where(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_bytes(content)
    assert of_file(tmp_path / "w.yaml") == words


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "w.yaml")
    assert of_file(tmp_path / "w.yaml") == "This is not a file that can be read as text."


def test_a_device_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").symlink_to("/dev/zero")
    assert of_file(tmp_path / "w.yaml") == "This is not a file that can be read as text."


def test_a_link_that_leads_to_itself_or_nowhere_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to(tmp_path / "b.yaml")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")
    (tmp_path / "c.yaml").symlink_to(tmp_path / "gone")
    assert of_file(tmp_path / "a.yaml") == "The file cannot be read: Too many levels of symbolic links."
    assert of_file(tmp_path / "c.yaml") == "The file cannot be read: No such file or directory."


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.yaml"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    assert of_file(path) == "The file is 20,971,521 bytes long."
    monkeypatch.setattr(documents, "LARGEST_FILE", 3)
    path.write_text("a: 1")
    assert of_file(path) == "The file is 4 bytes long."
    path.write_text("a: ")
    assert read_document(path, "w.yaml").data == {"a": None}
