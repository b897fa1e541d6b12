"""Secrets: random values that open something, and the hashes that are kept in their place."""

import hmac
import secrets
from hashlib import sha256

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from roads.domain.accounts import as_typed

RANDOM_BYTES = 32
"""256 bits: nobody guesses one, so that a plain hash of it is enough."""

_ARGON2 = PasswordHash((Argon2Hasher(),))

# The hash of a random password: whoever asks for a login that is not there waits as long as for one that is.
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$JmLMn4F24Qld+xLXuCrFZQ$rNvozEyT2DnLQhEqy7Cu0K2OtcZxOyW2ejw6srNQrSk"


def new_secret() -> str:
    """A random value for a cookie, a token or a link."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def hash_of(secret: str) -> str:
    """What is kept of a random value (SHA-256, hexadecimal)."""
    return sha256(secret.encode()).hexdigest()


def hash_password(password: str) -> str:
    """What is kept of a password (Argon2id). It takes 64 MiB and a good part of a second: never two hundred at once."""
    return _ARGON2.hash(as_typed(password))


def is_password(password: str, kept: str | None) -> bool:
    """Whether this is the password of which the hash is kept; as slow where none is kept."""
    return _ARGON2.verify(as_typed(password), kept or _NOBODYS) and kept is not None


def form_token(secret: str) -> str:
    """What a form carries to show that this site sent it to this browser: only who holds the cookie can know it."""
    return hmac.new(secret.encode(), b"form", sha256).hexdigest()


def is_form_token(secret: str, token: str) -> bool:
    """Whether a form carries the token of this browser."""
    return hmac.compare_digest(form_token(secret).encode(), token.encode())
