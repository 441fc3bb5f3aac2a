"""Signatures of what arrives at an http-trigger, checked before anything runs.

That the raw body, the headers and a tolerance in time take part is documented; the names of the settings in
`triggerMetadata` are not, so they are our own [I]: `validateSignature`, `signingSecret`, `signatureHeader`,
`signaturePrefix`, `signatureEncoding` (hex or base64), `signedPayloadFormat`, `timestampHeader`, `timestampTolerance`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Any

from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADER = "x-hub-signature-256"
_TOLERANCE = 300
"""Seconds [I]."""


def check_signature(metadata: Mapping[str, Any], headers: Mapping[str, str], body: bytes, now: float) -> None:
    """Refuse with 401 what is not signed as the trigger wants it; does nothing for a trigger that wants no signature."""
    if metadata.get("validateSignature") is not True:
        return
    text = headers.get(str(metadata.get("signatureHeader") or _HEADER).lower(), "")
    parts = dict(part.strip().split("=", 1) for part in text.split(",") if "=" in part)
    stamp = headers.get(str(metadata.get("timestampHeader") or "").lower(), parts.get("t", ""))
    form = str(metadata.get("signedPayloadFormat") or "{body}")
    signed = re.sub(
        rb"\{(body|timestamp|id)\}",
        lambda found: {b"body": body, b"timestamp": stamp.encode(), b"id": headers.get("webhook-id", headers.get("svix-id", "")).encode()}[
            found[1]
        ],
        form.encode(),
    )
    if "{timestamp}" in form and not _recent(stamp, now, float(metadata.get("timestampTolerance") or _TOLERANCE)):
        raise Refused(401, "The timestamp of the signature is missing or too old")
    good = hmac.digest(_secret(metadata), signed, hashlib.sha256)
    prefix = str(metadata.get("signaturePrefix", "sha256="))
    given = [parts["v1"]] if "v1" in parts and "t" in parts else [each.removeprefix(prefix).removeprefix("v1,") for each in text.split(" ")]
    if not any(hmac.compare_digest(good, _bytes(each, str(metadata.get("signatureEncoding") or "hex"))) for each in given):
        raise Refused(401, "The signature is missing or wrong")


def _secret(metadata: Mapping[str, Any]) -> bytes:
    secret = metadata.get("signingSecret")
    text = str(secret.get("value", "") if isinstance(secret, dict) else secret or "")
    return _bytes(text.removeprefix("whsec_"), "base64") if text.startswith("whsec_") else text.encode()


def _bytes(text: str, encoding: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True) if encoding == "base64" else bytes.fromhex(text)
    except (binascii.Error, ValueError):
        return b""


def _recent(stamp: str, now: float, tolerance: float) -> bool:
    return bool(re.fullmatch(r"\d{1,12}", stamp)) and abs(now - int(stamp)) <= tolerance
