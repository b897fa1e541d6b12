"""Bearer tokens for programs: signed, good for ten minutes, and told from personal tokens by how they begin."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import digest

import jwt

from roads.domain.accounts import BEARER_LIFE
from roads.queries.accounts import SignedIn

ALGORITHM = "HS256"
ISSUER, AUDIENCE = "sapaly-zhol", "sapaly-zhol api"
DEMANDED = ["iss", "aud", "exp", "iat", "sub", "role"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a sound token says; whether it still holds is asked of the database."""

    user_id: int
    role_id: int
    issued_at: datetime


class Bearers:
    """Signs and reads bearer tokens with a key that is made from the server's secret for this purpose alone."""

    def __init__(self, secret_key: str) -> None:
        self._key = digest(secret_key.encode(), b"bearer tokens", sha256)

    def sign(self, signed_in: SignedIn, now: datetime) -> str:
        """A token for who has just shown a password."""
        said = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now.timestamp(),
            "exp": int((now + BEARER_LIFE).timestamp()),
            "sub": str(signed_in.user_id),
            "role": signed_in.role_id,
        }
        return jwt.encode(said, self._key, algorithm=ALGORITHM)

    def read(self, token: str) -> Claimed | None:
        """What a token says, if it is ours and not over."""
        try:
            said = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": DEMANDED},
            )
            return Claimed(int(said["sub"]), int(said["role"]), datetime.fromtimestamp(said["iat"], UTC))
        except (jwt.InvalidTokenError, ValueError):
            return None
