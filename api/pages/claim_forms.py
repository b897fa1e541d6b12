"""The forms below a line: what is asked for each deed, drawn from the same body that the API takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from api.deeds import Deed, deeds_open
from api.schemas import claims as said
from roads.domain.claims import Action, DisputeReason, ReopenReason
from roads.usecases.claims_endings import CourtResult

CHOICES: Mapping[object, tuple[str, Sequence[str]]] = {
    DisputeReason: ("claim_reason", list(DisputeReason)),
    ReopenReason: ("claim_reason", list(ReopenReason)),
    CourtResult: ("claim_action.return", list(CourtResult)),
}
WIDGETS = {
    "note": "words",
    "photos": "photos",
    "documents": "lines",
    "planned_on": "day",
    "visit_on": "day",
    "held_on": "day",
    "cost_tenge": "money",
    "defect_id": "number",
    "is_released": "tick",
    "bin": "verifier",
}


def _number(words: str) -> object:
    """Words that are no number stay words, and the body refuses them."""
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 20 else words


READ: Mapping[str, Callable[[str], object]] = {
    "photos": lambda words: [_number(one) for one in words.split()],
    "documents": str.splitlines,
    "defect_id": _number,
    "is_released": lambda words: words == "true",
}
"""A form sends words only: what else the API takes."""
FORWARD = frozenset({"accept", "verify", "repair", "uphold", "grant"})
"""What most lines wait for stands open; the rest is a click away."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: how it is drawn, whether it must be filled in, and between which codes one chooses."""

    name: str
    widget: str
    is_required: bool
    kind: str = ""
    codes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a deed."""

    path: str
    action: Action
    fields: Sequence[Field]

    @property
    def is_plain(self) -> bool:
        """Whether a button is all of it."""
        return not self.fields

    @property
    def is_forward(self) -> bool:
        """Whether it stands open."""
        return self.path in FORWARD


def forms_of(actions: Sequence[Action]) -> list[Form]:
    """A form for each deed that is open."""
    return [_form(deed, next(one for one in deed.actions if one in actions)) for deed in deeds_open(list(actions))]


def _form(deed: Deed, action: Action) -> Form:
    return Form(deed.path, action, [_field(name, of) for name, of in deed.body.model_fields.items()])


def _field(name: str, of: FieldInfo) -> Field:
    if of.annotation in CHOICES:
        kind, codes = CHOICES[of.annotation]
        return Field(name, "choice", of.is_required(), kind, codes)
    return Field(name, WIDGETS.get(name, "text"), of.is_required())


def body_of(deed: Deed, form: Mapping[str, str]) -> said.Body:
    """What a form says, as the API takes it; fields left empty were not filled in. Errors: RequestValidationError."""
    given = {name: words for name in deed.body.model_fields if (words := form.get(name, "").strip())}
    read = {name: READ[name](words) if name in READ else words for name, words in given.items()}
    try:
        return deed.body.model_validate(read)
    except ValidationError as wrong:
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in wrong.errors()]) from wrong
