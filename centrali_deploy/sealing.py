"""Sealed specs: what may be kept of a spec where others can read it. Secrets and long texts become keyed digests.

A digest tells whether a value is the same and nothing else. Those of secrets take long to make on purpose, so that
whoever reads one cannot try out many passwords; equal secrets in two places have different ones.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import ManifestError
from centrali_deploy.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from centrali_deploy.address import Address, Path
    from centrali_deploy.parts import Plain

LONGEST = 200
"""Characters of a text that is kept as it is."""
SECRET, TEXT = "$secret", "$text"
UNSET = {SECRET: ""}
"""What stands for a secret that is not set here: nothing is known of it."""
_COST = 2**13
"""Of scrypt: about 20 ms and 8 MB for each secret."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Makes digests that mean something only beside others of the same key."""

    key: bytes

    def sealed(self, address: Address, spec: Plain) -> dict[str, Any]:
        """A spec with no secret and no long text in it, in the same shape."""
        return {member: self.value(address, (member,), value) for member, value in spec.items()}

    def value(self, address: Address, path: Path, value: Any) -> Any:  # noqa: ANN401 -- any JSON value, or a secret
        """A value at a place of a spec, sealed; what is sealed already stays as it is."""
        if isinstance(value, Secret):
            return self._secret(address, path, value)
        if isinstance(value, str):
            return {TEXT: self._text(value)} if len(value) > LONGEST else value
        if isinstance(value, dict):
            return {member: self.value(address, (*path, member), inside) for member, inside in value.items()}
        return [self.value(address, (*path, *_named(item)), item) for item in value] if isinstance(value, list) else value

    def _text(self, text: str) -> str:
        """Ends of lines, and one at the very end, are not what a text says."""
        plain = text.replace("\r\n", "\n").removesuffix("\n")
        return hmac.new(self.key, plain.encode(), hashlib.sha256).hexdigest()

    def _secret(self, address: Address, path: Path, secret: Secret) -> Mapping[str, str]:
        try:
            value = secret.reveal()
        except ManifestError:
            return UNSET
        salt = hmac.new(self.key, "\0".join((str(address), *map(str, path))).encode(), hashlib.sha256).digest()
        return {SECRET: hashlib.scrypt(value.encode(), salt=salt, n=_COST, r=8, p=1, dklen=32).hex()}


def _named(item: object) -> Path:
    """What tells an item of a list from others wherever it stands."""
    name = item.get("id", item.get("name")) if isinstance(item, dict) else None
    return (name,) if isinstance(name, str) else ()


def is_sealed(value: object) -> bool:
    """Whether a value is a digest."""
    return isinstance(value, dict) and len(value) == 1 and bool({SECRET, TEXT} & value.keys())


def holds_secret(value: object) -> bool:
    """Whether there is a digest of a secret anywhere in a sealed value."""
    if isinstance(value, dict):
        return SECRET in value or any(map(holds_secret, value.values()))
    return isinstance(value, list) and any(map(holds_secret, value))
