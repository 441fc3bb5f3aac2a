from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.local.sandbox import ApiFailed
from centrali_deploy.local.storing import FILES


def kept(name: str, content_type: str, data: bytes) -> dict[str, Any]:
    return {"stored": (name, content_type, data)}


@pytest.mark.parametrize(
    ("member", "args", "stored"),
    [
        ("storeFile", ["a.txt", "é"], ("a.txt", "text/plain", "é".encode())),
        ("storeFile", ["a.html", "<p>", "text/html"], ("a.html", "text/html", b"<p>")),
        ("storeFile", ["a.html", "<p>", {"contentType": "text/html"}], ("a.html", "text/html", b"<p>")),
        ("storeFile", [{"name": "a", "content": "eA==", "encoding": "base64", "mimeType": "image/png"}], ("a", "image/png", b"x")),
        ("storeFile", [{"filename": "a", "data": {"b": 1}}], ("a", "application/json", b'{"b": 1}')),
        ("storeAsCSV", ["a", [{"b": 1, "c": 'x"y'}, {"d": [1], "b": True}]], ("a.csv", "text/csv", b'b,c,d\n1,"x""y",\ntrue,,[1]\n')),
        ("storeAsCSV", [{"name": "a.csv", "data": [{"b": 1, "c": 2}], "columns": ["c"]}], ("a.csv", "text/csv", b"c\n2\n")),
        ("storeAsCSV", [[{"b": 1}], "a"], ("a.csv", "text/csv", b"b\n1\n")),
        ("storeAsCSV", ["a", []], ("a.csv", "text/csv", b"\n")),
        ("storeAsJSON", ["a", {"b": "é"}], ("a.json", "application/json", '{"b": "é"}'.encode())),
        ("storeAsJSON", [{"fileName": "a.json", "data": [1]}], ("a.json", "application/json", b"[1]")),
        ("storeAsJSON", [{"b": 1}, "a.json"], ("a.json", "application/json", b'{"b": 1}')),
        ("storeAsJSON", ["a"], ("a.json", "application/json", b"null")),
    ],
)
def test_what_is_stored(member: str, args: list[Any], stored: tuple[str, str, bytes]) -> None:
    assert FILES[member](kept, *args) == {"stored": stored}


@pytest.mark.parametrize(
    ("member", "args", "message"),
    [
        ("storeFile", [], "api.storeFile: the name of the file is missing"),
        ("storeFile", [{"content": "x"}], "api.storeFile: the name of the file is missing"),
        ("storeAsJSON", [5, 6], "api.storeAsJSON: the name of the file is missing"),
        ("storeFile", ["a", "?", {"encoding": "base64"}], "api.storeFile: the content is not base64"),
        ("storeAsCSV", ["a", "text"], "api.storeAsCSV: the rows must be a list of objects"),
        ("storeAsCSV", ["a", [1]], "api.storeAsCSV: the rows must be a list of objects"),
    ],
)
def test_what_cannot_be_stored_is_said(member: str, args: list[Any], message: str) -> None:
    with pytest.raises(ApiFailed) as failed:
        FILES[member](kept, *args)
    assert str(failed.value) == message
