"""The signature under a checkpoint of the ledger."""

import base64
from dataclasses import dataclass
from functools import cached_property

from roads.domain.ledger import checkpoint_body, signed_note
from roads.verify_ledger import Key, Tree


@dataclass(frozen=True)
class Signer:
    """Who signs checkpoints: the ledger's name, and the private key (Ed25519, base64 of its 32 bytes)."""

    name: str
    secret: str

    @cached_property
    def key(self) -> Key:
        """The public half."""
        return Key(self.name, self._private.public_key().public_bytes_raw())

    @cached_property
    def _private(self):  # type: ignore[no-untyped-def]
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 (slow to load)

        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(self.secret))

    def checkpoint(self, tree: Tree) -> str:
        """A signed note of the tree's size and root."""
        body = checkpoint_body(self.name, tree.size, tree.root())
        return signed_note(body, self.name, self.key.id, self._private.sign(body.encode()))
