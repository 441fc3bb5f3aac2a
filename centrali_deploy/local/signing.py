"""The members of `api.crypto`: digests from the standard library, signatures from the two libraries whose door this is.

The four names are published [S]; the order of arguments and the encodings are not [I]: what is signed comes first, then
the key, then options. Keys are PEM texts for RSA.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import warnings
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from centrali_deploy.local.sandbox import ApiFailed

if TYPE_CHECKING:
    from collections.abc import Callable

_HASHES = {"SHA256": hashes.SHA256(), "SHA384": hashes.SHA384(), "SHA512": hashes.SHA512()}


def sha256(text: Any, encoding: Any = None, _more: Any = None) -> str:  # noqa: ANN401 -- what a function wrote
    """The digest of a text in UTF-8, as hex or base64."""
    return _written(hashlib.sha256(_bytes("sha256", "the text", text)).digest(), encoding)


def hmac_sha256(text: Any, key: Any, encoding: Any = None) -> str:  # noqa: ANN401 -- what a function wrote
    """The keyed digest of a text, as hex or base64."""
    known = _bytes("hmacSha256", "the key", key)
    return _written(hmac.new(known, _bytes("hmacSha256", "the text", text), hashlib.sha256).digest(), encoding)


def rsa_sign(text: Any, key: Any, options: Any = None) -> str:  # noqa: ANN401 -- what a function wrote
    """A PKCS #1 v1.5 signature, as base64 unless `encoding: "hex"`; `algorithm` is RSA-SHA256, -SHA384 or -SHA512."""
    chosen = options if isinstance(options, dict) else {}
    name = str(chosen.get("algorithm", "RSA-SHA256")).upper().removeprefix("RSA-").replace("SHA-", "SHA")
    if name not in _HASHES:
        raise ApiFailed(f"api.crypto.rsaSign: the algorithm must be RSA-SHA256, RSA-SHA384 or RSA-SHA512, not {chosen['algorithm']!r}")
    signature = _rsa_key(key).sign(_bytes("rsaSign", "the text", text), PKCS1v15(), _HASHES[name])
    return _written(signature, chosen.get("encoding", "base64"))


def sign_jwt(payload: Any, key: Any, options: Any = None) -> str:  # noqa: ANN401 -- what a function wrote
    """A signed token. `algorithm` is HS256 for a plain key and RS256 for a PEM key unless given; `header` adds to the header."""
    chosen = options if isinstance(options, dict) else {}
    if not isinstance(payload, dict):
        raise ApiFailed("api.crypto.signJwt: the payload must be an object")
    known = _bytes("signJwt", "the key", key)
    algorithm = str(chosen.get("algorithm", "RS256" if b"PRIVATE KEY" in known else "HS256"))
    header = chosen["header"] if isinstance(chosen.get("header"), dict) else None
    if algorithm == "none":
        raise ApiFailed("api.crypto.signJwt: a token must be signed")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a short key is the function's own affair
            return jwt.encode(payload, known, algorithm=algorithm, headers=header)
    except (jwt.PyJWTError, NotImplementedError, TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise ApiFailed(f"api.crypto.signJwt: {error}") from error


def _rsa_key(key: object) -> RSAPrivateKey:
    try:
        found = load_pem_private_key(_bytes("rsaSign", "the key", key), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ApiFailed("api.crypto.rsaSign: the key must be an RSA private key in PEM form, without a password") from error
    if not isinstance(found, RSAPrivateKey):
        raise ApiFailed("api.crypto.rsaSign: the key must be an RSA key")
    return found


def _bytes(member: str, what: str, value: object) -> bytes:
    if not isinstance(value, str):
        raise ApiFailed(f"api.crypto.{member}: {what} must be text")
    return value.encode()


def _written(digest: bytes, encoding: object) -> str:
    if encoding not in (None, "hex", "base64", "base64url"):
        raise ApiFailed(f"api.crypto: the encoding must be hex, base64 or base64url, not {encoding!r}")
    if encoding in (None, "hex"):
        return binascii.hexlify(digest).decode()
    if encoding == "base64":
        return base64.b64encode(digest).decode()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


CRYPTO: dict[str, Callable[..., str]] = {
    "crypto.sha256": sha256,
    "crypto.hmacSha256": hmac_sha256,
    "crypto.rsaSign": rsa_sign,
    "crypto.signJwt": sign_jwt,
}
"""The members of `api.crypto` by the names under which they are called."""
