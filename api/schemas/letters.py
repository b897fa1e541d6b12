"""What programs are told of the letters of a claim."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.schemas.questions import Strict
from roads.domain.notices import Channel, NoticeKind, NoticeState


class AskedLanguage(Strict):
    """In which language a letter is wanted; where there is none, it comes in the one it was sent in."""

    language: Annotated[str, Field(pattern="^(kk|ru|en)$")] = "kk"


class NothingAsked(Strict):
    """A question without parameters."""


class DocumentShape(BaseModel):
    """A letter as a file, kept as it was sent."""

    language: str
    sha256: str
    path: str


class DeliveryShape(BaseModel):
    """How far a letter has come with one recipient. `read_at`: opened, signed in, or confirmed by the mailed link."""

    organisation: str | None
    channel: Channel
    language: str | None
    for_information: bool
    state: NoticeState
    sent_at: datetime | None
    read_at: datetime | None


class LetterShape(BaseModel):
    """A letter about a claim; `page` is where anybody who holds it can check it."""

    id: int
    kind: NoticeKind
    number: str
    written_on: date
    page: str | None
    documents: list[DocumentShape]
    deliveries: list[DeliveryShape]


class Letters(BaseModel):
    """The letters of a claim, oldest first."""

    items: list[LetterShape]
    next: None = None
