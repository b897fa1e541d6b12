"""What programs are told and tell about accounts."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from roads.domain.accounts import BEARER_LIFE, LONGEST_TOKEN, LONGEST_TOKEN_NAME
from roads.domain.actors import Role

NAME = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
"""Something to see, and no control characters."""


class Bearer(BaseModel):
    """A bearer token (RFC 6749)."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 (a kind, not a token)
    expires_in: int = int(BEARER_LIFE.total_seconds())
    role: Role


class RoleShape(BaseModel):
    """A role a person may act in; `kato` is the region it is bound to."""

    role: Role
    organisation: str
    bin: str
    kato: str | None


class Me(BaseModel):
    """Who is signed in; `code` is what ledgers keep."""

    code: str
    language: str
    acting: RoleShape
    roles: list[RoleShape]
    permissions: list[str]


class TokenShape(BaseModel):
    """A personal token, without what opens something."""

    id: int
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None


class Tokens(BaseModel):
    """One's tokens that work."""

    items: list[TokenShape]
    next: None = None


class NewToken(BaseModel):
    """What a token is to be called, and for how many days it is to work."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_TOKEN_NAME, pattern=NAME)]
    days: Annotated[int, Field(strict=True, ge=1, le=LONGEST_TOKEN.days)] = 90


class IssuedToken(BaseModel):
    """A new token: `token` is shown this once."""

    id: int
    token: str
    expires_at: datetime
