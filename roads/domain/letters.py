"""What a letter says, before it is put into words: parties, lines, deadlines, and where they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from roads.domain.claims import LADDER, Rung
from roads.domain.notices import NoticeKind

MOST_PHOTOS = 6
"""So many photos go with a letter; the claim's page has them all."""

MAIN_PLACES = 26
"""So many places of a letter are drawn with their numbers; more would cover each other and the road."""


@dataclass(frozen=True, slots=True)
class NamedParty:
    """An organisation as letters name it."""

    name: str
    bin: str


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a term or deadline comes from: `origin` is a code of the catalogue, `rule` the words of the norm."""

    origin: str
    rule: str | None = None
    is_confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Sizes:
    """What was measured; None where nothing was. `depth_mm` in millimetres, lengths in metres."""

    length_m: float | None = None
    width_m: float | None = None
    depth_mm: float | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A line of a claim as a letter tells it. `names` and `distress` are by language."""

    number: int
    road: str
    names: dict[str, str]
    direction: str
    from_cm: int
    to_cm: int
    element: str
    distress: dict[str, str] | None
    severity: str | None
    sizes: Sizes
    detected_on: date
    covered_until: date
    months: int | None
    term: Basis
    safety_by: date | None
    safety: Basis | None
    rectify_by: date | None
    rectify: Basis | None
    is_moved_by_winter: bool
    state: str
    note: str | None = None
    reason: str | None = None
    reported_on: date | None = None
    reporter: str | None = None
    reported_by: str | None = None
    judged_on: date | None = None
    verifier: str | None = None
    verified_by: str | None = None

    @property
    def grace_until(self) -> date | None:
        """The last day before the case is prepared for court."""
        return self.rectify_by + timedelta(days=GRACE_DAYS) if self.rectify_by else None


GRACE_DAYS = next(step.first_day for step in LADDER if step.rung is Rung.REFERRAL_FILE) - 1
"""How long the second letter still waits, in calendar days from the deadline."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line on the sketch, in degrees (EPSG:4326): of a road, or the place of a claim's line, which has a number."""

    points: Sequence[tuple[float, float]]
    name: str = ""
    number: int | None = None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Sketch:
    """What the sketch of a letter shows, in degrees: `box` is west, south, east, north."""

    box: tuple[float, float, float, float]
    roads: Sequence[Drawn]
    places: Sequence[Drawn]


@dataclass(frozen=True, slots=True)
class LetterPhoto:
    """A photo of a line, as it lies in the letter itself: a letter loads nothing from anywhere."""

    line: int
    webp: bytes


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Everything a letter says."""

    kind: NoticeKind
    number: str
    claim_number: str
    claim_issued_on: date
    written_on: date
    person: str | None
    code: str
    customer: NamedParty
    contractor: NamedParty
    supervisor: NamedParty | None
    designer: NamedParty | None
    contract_number: str
    signed_on: date
    kind_of_works: str
    answer_by: date
    silence_is_acceptance: bool
    lines: Sequence[LetterLine]
    sketch: Sketch | None
    photos: Sequence[LetterPhoto] = ()


def number_of(claim_number: str, ordinal: int) -> str:
    """What a letter is called: the first one of a claim as the claim, others by their place after it."""
    return claim_number if ordinal == 1 else f"{claim_number}/{ordinal}"
