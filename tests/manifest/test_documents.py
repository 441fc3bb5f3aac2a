"""Files of YAML as editors write them, and a clear refusal of what cannot be read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from refusing import problems_of

from centrali_deploy.errors import Position
from centrali_deploy.manifest import sources
from centrali_deploy.manifest.documents import read_document
from centrali_deploy.manifest.sources import LARGEST_FILE

if TYPE_CHECKING:
    from pathlib import Path


def of_file(path: Path) -> str:
    (problem,) = problems_of(lambda: read_document(path, "w.yaml"))
    assert problem.position == Position("w.yaml")
    return problem.message


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
    monkeypatch.setattr(sources, "LARGEST_FILE", 3)
    path.write_text("a: 1")
    assert of_file(path) == "The file is 4 bytes long."
    path.write_text("a: ")
    assert read_document(path, "w.yaml").data == {"a": None}
