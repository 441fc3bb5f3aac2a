from __future__ import annotations

import base64
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from centrali_deploy.local.sandbox import ApiFailed
from centrali_deploy.local.signing import CRYPTO

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def call(member: str, *args: Any) -> str:
    return CRYPTO[f"crypto.{member}"](*args)


@pytest.mark.parametrize(
    ("member", "args", "expected"),
    [
        ("sha256", ["abc"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("sha256", ["é"], "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"),
        ("sha256", ["abc", "base64"], "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
        ("sha256", ["abc", "base64url"], "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"),
        ("hmacSha256", ["what do ya want for nothing?", "Jefe"], "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ],
)
def test_digests_are_the_published_ones(member: str, args: list[Any], expected: str) -> None:
    assert call(member, *args) == expected


def test_a_signature_is_verified_with_the_public_key() -> None:
    public = RSA.public_key()
    public.verify(base64.b64decode(call("rsaSign", "text", pem(RSA))), b"text", PKCS1v15(), SHA256())
    long = call("rsaSign", "text", pem(RSA), {"algorithm": "rsa-sha512", "encoding": "hex"})
    public.verify(bytes.fromhex(long), b"text", PKCS1v15(), SHA512())


def test_a_token_is_read_by_those_who_hold_the_key() -> None:
    token = call("signJwt", {"sub": "me"}, "short", {"header": {"kid": "k1"}})
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": "k1"}
    key = "k" * 32
    assert jwt.decode(call("signJwt", {"sub": "me"}, key), key, algorithms=["HS256"]) == {"sub": "me"}
    assert jwt.decode(call("signJwt", {"sub": "me"}, pem(RSA)), RSA.public_key(), algorithms=["RS256"]) == {"sub": "me"}
    curve = ec.generate_private_key(ec.SECP256R1())
    token = call("signJwt", {"sub": "me"}, pem(curve), {"algorithm": "ES256"})
    assert jwt.decode(token, curve.public_key(), algorithms=["ES256"]) == {"sub": "me"}


@pytest.mark.parametrize(
    ("member", "args", "message"),
    [
        ("sha256", [None], "api.crypto.sha256: the text must be text"),
        ("sha256", ["a", "latin1"], "the encoding must be hex, base64 or base64url, not 'latin1'"),
        ("sha256", ["a", []], "the encoding must be hex"),
        ("hmacSha256", ["a"], "api.crypto.hmacSha256: the key must be text"),
        ("rsaSign", ["a", "no key"], "the key must be an RSA private key in PEM form"),
        ("rsaSign", ["a", pem(ec.generate_private_key(ec.SECP256R1()))], "the key must be an RSA key"),
        ("rsaSign", ["a", pem(RSA), {"algorithm": "MD5"}], "the algorithm must be RSA-SHA256, RSA-SHA384 or RSA-SHA512, not 'MD5'"),
        ("signJwt", ["a", "b"], "the payload must be an object"),
        ("signJwt", [{}, None], "api.crypto.signJwt: the key must be text"),
        ("signJwt", [{}, "k", {"algorithm": "none"}], "a token must be signed"),
        ("signJwt", [{}, "k", {"algorithm": "XX"}], "api.crypto.signJwt: "),
        ("signJwt", [{}, "k", {"algorithm": "RS256"}], "api.crypto.signJwt: "),
        ("signJwt", [{}, pem(RSA), {"algorithm": "HS256"}], "api.crypto.signJwt: "),
        ("signJwt", [{"exp": []}, pem(RSA), {"header": {"kid": 1}}], "api.crypto.signJwt: "),
    ],
)
def test_what_cannot_be_signed_is_said(member: str, args: list[Any], message: str) -> None:
    with pytest.raises(ApiFailed) as failed:
        call(member, *[*args, None, None][:3])
    assert message in str(failed.value)
    assert "PRIVATE" not in str(failed.value)
