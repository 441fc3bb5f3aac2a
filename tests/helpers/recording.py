"""Structures and records made through the API, and what is found again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

DATA = "/data/workspace/acme/api/v1"
RECORDS = f"{DATA}/records"


def declared(api: httpx.Client, slug: str, *properties: dict[str, Any], **members: Any) -> str:
    """A new structure; its id."""
    body = {"name": slug, "recordSlug": slug, "properties": list(properties), **members}
    return str(api.post(f"{DATA}/collections", json=body).raise_for_status().json()["id"])


def kept(api: httpx.Client, slug: str, /, **data: Any) -> str:
    """A new record; its id."""
    return str(api.post(f"{RECORDS}/slug/{slug}", json={"data": data}).raise_for_status().json()["id"])


def said(answer: httpx.Response) -> tuple[int, list[tuple[str, str]]]:
    """The status of a refusal, and what is wrong with which field."""
    return answer.status_code, [(item["field"], item["message"]) for item in answer.json().get("details", [])]


def found(api: httpx.Client, slug: str, /, **query: str) -> list[Any]:
    """The member `n` of the data of every record that a list finds, in order."""
    return [record["data"].get("n") for record in api.get(f"{RECORDS}/slug/{slug}", params=query).raise_for_status().json()["data"]]
