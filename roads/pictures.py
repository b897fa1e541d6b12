"""Photos as pictures: read with care, what the camera wrote into them, how they look, and copies fit for the public.

It stands beside the settings in the order of imports: it knows no table, only bytes and pixels. Whoever sends a photo
may be anybody: the header is read first, and nothing is unpacked whose size was not allowed.
"""

import math
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from threading import BoundedSemaphore
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFile
from PIL.Image import DecompressionBombError, DecompressionBombWarning, Exif
from pillow_heif import register_heif_opener

from roads.domain.photos import (
    LARGEST_BYTES,
    LARGEST_PIXELS,
    LARGEST_SIDE,
    PhotoBroken,
    PhotoEmpty,
    PhotoKind,
    PhotoKindDiffers,
    PhotoKindUnknown,
    PhotoMoves,
    PhotoTooLarge,
    PhotoTooManyPixels,
    Position,
    Region,
)

register_heif_opener(thumbnails=False)
# Phones write labels that Pillow frowns at by the thousand; what cannot be read in them is left out.
warnings.filterwarnings("ignore", category=UserWarning, module="PIL")

FULL_SIDE = 1600
SMALL_SIDE = 320
QUALITY = 80
EFFORT = 2
"""Of 0 to 6: 4, which is usual, takes more than twice as long for copies a fiftieth smaller."""

READERS = {PhotoKind.JPEG: "JPEG", PhotoKind.PNG: "PNG", PhotoKind.WEBP: "WEBP", PhotoKind.HEIC: "HEIF"}
MEDIA_TYPES = {
    "image/jpeg": PhotoKind.JPEG,
    "image/jpg": PhotoKind.JPEG,
    "image/png": PhotoKind.PNG,
    "image/webp": PhotoKind.WEBP,
    "image/heic": PhotoKind.HEIC,
    "image/heif": PhotoKind.HEIC,
}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}

# What Pillow and its readers raise over damaged content; each is somebody's file, none is our mistake.
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    ZeroDivisionError,
    RuntimeError,
    struct.error,
    zlib.error,
)

_AT_ONCE = BoundedSemaphore(2)
"""A picture of 80 million pixels takes some 300 MB while it is read: not more than two at a time in a process."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a photo says of itself: `width` and `height` as it is seen, when and where its camera says it was taken.

    `looks` are 64-bit numbers, first of the whole picture and then of windows of it. `shown` is the picture upright
    and small enough for the public.
    """

    kind: PhotoKind
    width: int
    height: int
    taken_at: datetime | None
    position: Position | None
    looks: tuple[int, ...]
    shown: Image.Image


@dataclass(frozen=True, slots=True)
class Copies:
    """What the public is given: WebP, upright, without a word of metadata."""

    full: bytes
    small: bytes


def read_picture(content: bytes, stated_type: str | None, zone: ZoneInfo) -> Picture:
    """Read a photo to its end. `zone` is where a camera's clock stands that does not say.

    Errors: PhotoRefused, as one of its kinds; nothing else, whatever the content.
    """
    kind = kind_of(content, stated_type)
    with _AT_ONCE, _open(content, kind) as image:
        width, height = image.size
        exif = _exif(image)
        orientation = exif.get(_ORIENTATION)
        upright = _upright(_decoded(image), orientation)
        if orientation in _ON_ITS_SIDE:
            width, height = height, width
        return Picture(kind, width, height, _taken_at(exif, zone), _position(exif), look_at(upright), upright)


def kind_of(content: bytes, stated_type: str | None) -> PhotoKind:
    """What a content is by its first bytes. Errors: PhotoEmpty, PhotoTooLarge, PhotoKindUnknown, PhotoKindDiffers."""
    if not content:
        raise PhotoEmpty()
    if len(content) > LARGEST_BYTES:
        raise PhotoTooLarge(megabytes=math.ceil(len(content) / 1_000_000), most=LARGEST_BYTES // 1_000_000)
    found = _magic(content)
    if found is None:
        raise PhotoKindUnknown()
    stated = (stated_type or "").partition(";")[0].strip().lower()
    # A phone that does not know a HEIC sends it as a stream of bytes.
    if stated not in ("", "application/octet-stream") and MEDIA_TYPES.get(stated) is not found:
        raise PhotoKindDiffers(stated=stated[:80], found=found)
    return found


def _magic(content: bytes) -> PhotoKind | None:
    if content.startswith(b"\xff\xd8\xff"):
        return PhotoKind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PhotoKind.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return PhotoKind.WEBP
    return PhotoKind.HEIC if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS else None


@contextmanager
def _open(content: bytes, kind: PhotoKind) -> Iterator[Image.Image]:
    """The picture with its header read and judged, and nothing unpacked. Errors: PhotoRefused, also in the block."""
    most = LARGEST_PIXELS // 1_000_000
    # One switch for the whole process, and WeasyPrint turns it on where it is loaded: half a photo is no evidence.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(BytesIO(content), formats=[READERS[kind]]) as image:
            width, height = image.size
            if width * height > LARGEST_PIXELS or max(width, height) > LARGEST_SIDE:
                raise PhotoTooManyPixels(width=width, height=height, most=most)
            frames = int(getattr(image, "n_frames", 1))
            # Phones put a depth map or a second picture into JPEG and HEIC: the first one is the photo.
            if frames > 1 and kind in (PhotoKind.PNG, PhotoKind.WEBP):
                raise PhotoMoves(frames=frames)
            yield image
    except (DecompressionBombError, DecompressionBombWarning):
        raise PhotoTooManyPixels(width="?", height="?", most=most) from None
    except UNREADABLE as broken:
        raise PhotoBroken() from broken


def _decoded(image: Image.Image) -> Image.Image:
    """In plain colours and at most 1600 pixels wide and high; read to its last byte, or an error of Pillow."""
    share = min(1.0, FULL_SIDE / max(image.size))
    # A large JPEG is unpacked at a part of its size: at the half, a quarter or an eighth, but not below what is shown.
    image.draft("RGB", (math.ceil(image.width * share), math.ceil(image.height * share)))
    image.load()
    if image.mode in ("1", "P"):
        image = image.convert("RGBA")  # what stands for colours cannot be averaged
    image.thumbnail((FULL_SIDE, FULL_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _plain(image)


def _plain(image: Image.Image) -> Image.Image:
    """In plain colours, on white where it is transparent; what the file says beside the pixels stays behind."""
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        page = Image.new("RGB", image.size, "white")
        page.paste(image, mask=image.getchannel("A"))
        return page
    if image.mode.startswith("I;16"):
        grey = np.asarray(image, dtype=np.uint16) >> 8
        image = Image.fromarray(grey.astype(np.uint8))
    plain = image.convert("RGB").copy()
    plain.info.clear()
    return plain


def _upright(image: Image.Image, orientation: object) -> Image.Image:
    """As the camera was held; a reader of HEIC has turned the picture itself and says so."""
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


# --- what the camera wrote

_ORIENTATION, _DETAILS, _GPS = 0x0112, 0x8769, 0x8825
_TAKEN, _OFFSET = 0x9003, 0x9011
_LAT_REF, _LAT, _LON_REF, _LON = 1, 2, 3, 4

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_ITS_SIDE = (5, 6, 7, 8)


def _exif(image: Image.Image) -> Exif:
    """The metadata, or an empty one where it is damaged: a good picture with a bad label is still a picture."""
    try:
        exif = image.getexif()
        exif.get_ifd(_DETAILS), exif.get_ifd(_GPS)
    except UNREADABLE:
        return Exif()
    return exif


def _taken_at(exif: Exif, zone: ZoneInfo) -> datetime | None:
    details = exif.get_ifd(_DETAILS)
    written, offset = details.get(_TAKEN), details.get(_OFFSET)
    try:
        taken_at = datetime.strptime(str(written).strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
        if offset:
            stated = datetime.strptime(str(offset).strip("\0 "), "%z").tzinfo
            taken_at = taken_at.replace(tzinfo=stated)
        return taken_at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _position(exif: Exif) -> Position | None:
    gps = exif.get_ifd(_GPS)
    try:
        lat = _degrees(gps[_LAT]) * (-1 if str(gps[_LAT_REF]).upper().startswith("S") else 1)
        lon = _degrees(gps[_LON]) * (-1 if str(gps[_LON_REF]).upper().startswith("W") else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return None
    is_there = abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0, 0)  # no receiver has its fix there
    return Position(lon, lat) if is_there else None


def _degrees(parts: Sequence[float]) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


# --- how it looks

SAMPLES = 64
WAVES = range(1, 9)
CUT = 0.03
WINDOWS = (
    (0.0, 0.0, 1.0, 1.0),
    (0.02, 0.02, 0.98, 0.98),
    (0.04, 0.04, 0.96, 0.96),
    (CUT, 0.0, 1.0, 1.0),
    (0.0, CUT, 1.0, 1.0),
    (0.0, 0.0, 1 - CUT, 1.0),
    (0.0, 0.0, 1.0, 1 - CUT),
)
"""What is looked at: the whole, and what is left when somebody cuts a little off (left, top, right, bottom)."""

_samples = np.arange(SAMPLES)
_COSINES = np.cos(np.pi * np.array(WAVES)[:, None] * (2 * _samples + 1) / (2 * SAMPLES))


def look_at(image: Image.Image) -> tuple[int, ...]:
    """How a picture looks, as 64 bits each for the whole and for six windows of it.

    A bit is the sign of one of 8 x 8 waves of its brightness. Waves along one side only are left out: they are the
    lens, the sun and the sky, which are the same on all photos of one phone, and two photos of plain asphalt differ in
    nothing but the others.
    """
    grey = image.convert("L")
    grey.thumbnail((512, 512), Image.Resampling.BOX)
    return tuple(_look(_window(grey, *window)) for window in WINDOWS)


def _window(grey: Image.Image, *sides: float) -> NDArray[np.float64]:
    left, top, right, bottom = sides
    box = (left * grey.width, top * grey.height, right * grey.width, bottom * grey.height)
    return np.asarray(grey.resize((SAMPLES, SAMPLES), Image.Resampling.BOX, box=box), dtype=np.float64)


def _look(brightness: NDArray[np.float64]) -> int:
    waves = _COSINES @ brightness @ _COSINES.T
    return int.from_bytes(np.packbits(waves.ravel() > 0).tobytes(), "big")


# --- copies for the public


def public_copies(shown: Image.Image, masks: Sequence[Region] = ()) -> Copies:
    """Both copies, with the regions burnt in as black boxes before anything is made smaller."""
    image = shown.copy()
    draw = ImageDraw.Draw(image)
    for mask in masks:
        draw.rectangle(_pixels(mask, image.width, image.height), fill="black")
    small = image.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
    return Copies(_webp(image), _webp(small))


def _pixels(mask: Region, width: int, height: int) -> tuple[int, int, int, int]:
    """Every pixel that a region touches: rounding never shows the edge of a face."""
    return (
        math.floor(mask.left * width),
        math.floor(mask.top * height),
        math.ceil(mask.right * width),
        math.ceil(mask.bottom * height),
    )


def _webp(image: Image.Image) -> bytes:
    written = BytesIO()
    image.info.clear()  # Pillow writes comments and profiles it has found back out
    image.save(written, "WEBP", quality=QUALITY, method=EFFORT)
    return written.getvalue()
