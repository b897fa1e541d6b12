"""Photos as evidence: which are taken, how far they lie from what they should show, and whether two look the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from roads.domain.errors import RoadsError

LARGEST_BYTES = 20_000_000
LARGEST_PIXELS = 80_000_000
LARGEST_SIDE = 30_000
"""Pixels: thinner and longer is no photo."""

MOST_MASKS = 100

FAR_M = 200
"""A photo taken further from the place than this is shown as mismatching: phones err by 100 m in cities."""
LONG_HOURS = 48
"""A photo taken more hours than this before or after the day it is evidence of is shown as mismatching."""
CLOCKS_HOURS = 2
"""The clock of a camera and that of the device that sends its photo may differ by summer time and carelessness."""


class PhotoKind(StrEnum):
    """What a photo may be written in."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"


class PhotoSubject(StrEnum):
    """What a photo is evidence of."""

    DEFECT = "defect"
    INSPECTION = "inspection"
    REPAIR = "repair"
    DISPUTE = "dispute"


class MaskKind(StrEnum):
    """Why a part of a photo is blacked out for the public."""

    FACE = "face"
    PLATE = "plate"
    OTHER = "other"


class PhotoRefused(RoadsError):
    """What was sent is no photo that can be kept; nothing of it is."""

    code = "photo_refused"


class PhotoEmpty(PhotoRefused):
    """The file has no content."""

    code = "photo_empty"


class PhotoTooLarge(PhotoRefused):
    """The file has too many bytes. Carries `megabytes` and `most`."""

    code = "photo_too_large"


class PhotoKindUnknown(PhotoRefused):
    """The content is none of the kinds we take, whatever its name says."""

    code = "photo_kind_unknown"


class PhotoKindDiffers(PhotoRefused):
    """The content is not of the type it was sent as. Carries `stated` and `found`."""

    code = "photo_kind_differs"


class PhotoBroken(PhotoRefused):
    """The picture cannot be read to its end: cut off, or damaged."""

    code = "photo_broken"


class PhotoTooManyPixels(PhotoRefused):
    """The picture would be too large in memory. Carries `width`, `height` and `most` (millions of pixels)."""

    code = "photo_too_many_pixels"


class PhotoMoves(PhotoRefused):
    """The file is an animation. Carries `frames`."""

    code = "photo_moves"


class BadMask(RoadsError):
    """A region to black out lies outside the picture or has no area. Carries `region`."""

    code = "bad_mask"


class MaskTooMany(RoadsError):
    """More regions than any photo needs. Carries `most`."""

    code = "mask_too_many"


class PhotoChanged(RoadsError):
    """Somebody masked or released the photo meanwhile: look at it again."""

    code = "photo_changed"


class RevisionMissing(RoadsError):
    """Whoever changes what the public sees says which revision of the photo they have looked at."""

    code = "revision_missing"


class TooManyPhotos(RoadsError):
    """So many photos wait to be read that another one had better come later. Carries `seconds`."""

    code = "too_many_photos"


class PhotoNotYours(RoadsError):
    """A photo is shown by whose organisation sent it. Carries `photo`."""

    code = "photo_not_yours"


class PhotoNotKept(RoadsError):
    """Only the content of this photo is known: there is no file to do it with. Carries `photo`."""

    code = "photo_not_kept"


class PhotoShowsTheDefect(RoadsError):
    """The very photo of the defect is no proof that it was mended. Carries `media` and `day`."""

    code = "photo_shows_the_defect"


class NotThePosition(RoadsError):
    """A position that is none. Carries `lon` and `lat`."""

    code = "not_the_position"


@dataclass(frozen=True, slots=True)
class Position:
    """Longitude and latitude in degrees (EPSG:4326). Errors: NotThePosition."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            raise NotThePosition(lon=self.lon, lat=self.lat)


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of a photo as it is seen (turned upright), in fractions of its width and height. Errors: BadMask."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise BadMask(region=f"{self.left}, {self.top}, {self.right}, {self.bottom}")


# --- does it show what it should


def hours_apart(taken_at: datetime, day: date, zone: ZoneInfo) -> float:
    """Hours between the moment a photo was taken and the day it is evidence of; 0 within the day."""
    begins = datetime.combine(day, time(), zone)
    ends = datetime.combine(day + timedelta(days=1), time(), zone)
    gap = max(begins - taken_at, taken_at - ends, timedelta())
    return gap / timedelta(hours=1)


class Mismatch(StrEnum):
    """What does not fit together: shown to whoever decides, never refused, because clocks and receivers err."""

    EXIF_FAR_AWAY = "exif_far_away"
    DEVICE_FAR_AWAY = "device_far_away"
    OTHER_TIME = "other_time"
    POSITIONS_DIFFER = "positions_differ"
    CLOCKS_DIFFER = "clocks_differ"


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """A photo against its subject: metres from the place, hours from the day; empty where the photo does not tell."""

    exif_m: float | None
    device_m: float | None
    hours: float | None

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to compare."""
        return self.exif_m is None and self.device_m is None and self.hours is None

    def mismatches(self) -> list[Mismatch]:
        """What is further away than errors of a phone explain."""
        found = (
            (Mismatch.EXIF_FAR_AWAY, self.exif_m, FAR_M),
            (Mismatch.DEVICE_FAR_AWAY, self.device_m, FAR_M),
            (Mismatch.OTHER_TIME, self.hours, LONG_HOURS),
        )
        return [what for what, measured, most in found if measured is not None and measured > most]


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """What a photo says of itself against what the device said: metres and hours; empty where one is silent."""

    metres: float | None
    hours: float | None

    def mismatches(self) -> list[Mismatch]:
        """What is further apart than errors of a phone explain."""
        found = ((Mismatch.POSITIONS_DIFFER, self.metres, FAR_M), (Mismatch.CLOCKS_DIFFER, self.hours, CLOCKS_HOURS))
        return [what for what, measured, most in found if measured is not None and measured > most]


# --- does it look the same

LOOK_BITS = 64
ALIKE_BITS = 6
"""So many of 64 bits may differ between two looks of one picture."""

BANDS = 4
BAND_BITS = LOOK_BITS // BANDS


def bits_apart(one: int, other: int) -> int:
    """In how many of 64 bits two looks differ."""
    return (one ^ other).bit_count()


def look_keys(looks: Sequence[int]) -> list[int]:
    """The keys a photo is found by: the four bands of 16 bits of each look, those of its windows apart from the first.

    Of two looks at most 6 bits apart, at least one band differs by one bit at most (6 < 4 x 2): that is what makes
    a search by equal keys complete.
    """
    first, *windows = looks
    keys = {_key(band, value) for band, value in _bands(first)}
    return sorted(keys | {_key(BANDS + band, value) for look in windows for band, value in _bands(look)})


def sought_keys(looks: Sequence[int]) -> list[int]:
    """The keys that some look-alike has: the whole picture is sought among wholes and windows, windows among wholes."""
    first, *windows = looks
    keys = {_key(band + of, near) for band, value in _bands(first) for near in _near(value) for of in (0, BANDS)}
    return sorted(
        keys | {_key(band, near) for look in windows for band, value in _bands(look) for near in _near(value)}
    )


def _bands(look: int) -> Iterator[tuple[int, int]]:
    for band in range(BANDS):
        yield band, (look >> (band * BAND_BITS)) & (2**BAND_BITS - 1)


def _near(value: int) -> Iterator[int]:
    yield value
    for bit in range(BAND_BITS):
        yield value ^ (1 << bit)


def _key(band: int, value: int) -> int:
    return (band << BAND_BITS) | value
