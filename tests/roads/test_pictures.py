"""Photos as pictures: what is refused, what the camera says, how they look, and what the public is given."""

from collections.abc import Callable, Iterator
from io import BytesIO
from struct import pack
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFile

from roads import pictures
from roads.domain.photos import (
    ALIKE_BITS,
    LARGEST_BYTES,
    PhotoBroken,
    PhotoEmpty,
    PhotoKind,
    PhotoKindDiffers,
    PhotoKindUnknown,
    PhotoMoves,
    PhotoRefused,
    PhotoTooLarge,
    PhotoTooManyPixels,
    Region,
    bits_apart,
    look_keys,
    sought_keys,
)
from roads.pictures import Picture, look_at, public_copies, read_picture
from tests.pictures import asphalt, exif_of, moment, written

ALMATY = ZoneInfo("Asia/Almaty")
KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}


def read(content: bytes, stated: str | None = None) -> Picture:
    return read_picture(content, stated, ALMATY)


# --- what is taken and what is refused


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_photo_that_phones_write_is_read(kind: str) -> None:
    picture = read(written(asphalt(1, 400, 300), kind), KINDS[kind])
    assert (KINDS[kind], picture.width, picture.height) == (f"image/{picture.kind}", 400, 300)


def test_nothing_is_no_photo() -> None:
    with pytest.raises(PhotoEmpty):
        read(b"")


def test_a_file_of_more_than_twenty_megabytes_is_refused_before_it_is_read() -> None:
    with pytest.raises(PhotoTooLarge) as refused:
        read(b"\xff\xd8\xff" + bytes(LARGEST_BYTES))
    assert refused.value.params == {"megabytes": 21, "most": 20}


@pytest.mark.parametrize("content", [b"<svg></svg>", b"GIF89a" + bytes(50), b"%PDF-1.7", b"MM\0*" + bytes(50), b"\xff"])
def test_what_begins_like_no_photo_is_refused_whatever_it_is_called(content: bytes) -> None:
    with pytest.raises(PhotoKindUnknown):
        read(content, "image/jpeg")


@pytest.mark.parametrize("stated", ["image/png", "text/html", "application/pdf"])
def test_a_photo_sent_as_something_else_is_refused(stated: str) -> None:
    with pytest.raises(PhotoKindDiffers) as refused:
        read(written(asphalt(1, 40, 30)), stated)
    assert refused.value.params == {"stated": stated, "found": PhotoKind.JPEG}


@pytest.mark.parametrize("stated", [None, "", "application/octet-stream", "Image/JPEG; charset=binary"])
def test_who_does_not_know_what_it_is_may_say_so(stated: str | None) -> None:
    assert read(written(asphalt(1, 40, 30)), stated).kind is PhotoKind.JPEG


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_a_photo_that_was_cut_off_is_refused(kind: str, share: float) -> None:
    content = written(asphalt(1, 400, 300), kind)
    with pytest.raises(PhotoBroken):
        read(content[: int(len(content) * share)])


def test_a_photo_that_was_cut_off_is_refused_also_where_letters_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeasyPrint, once loaded, lets Pillow read the half of a picture, for every reader of the process."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    content = written(asphalt(1, 400, 300))
    with pytest.raises(PhotoBroken):
        read(content[: len(content) // 2])


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims a size."""
    header = b"IHDR" + pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + pack(">I", 13) + header + pack(">I", crc32(header)) + pack(">I", 8) + b"IDAT" + bytes(12)
    )


@pytest.mark.parametrize("size", [(64250, 64250), (10_000, 8_001), (30_001, 2), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_what_its_header_claims(size: tuple[int, int]) -> None:
    with pytest.raises(PhotoTooManyPixels):
        read(png_claiming(*size))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_no_photo(kind: str) -> None:
    frames = [asphalt(number, 40, 30) for number in range(3)]
    with pytest.raises(PhotoMoves) as refused:
        read(written(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert refused.value.params == {"frames": 3}


def test_text_that_unpacks_to_far_more_than_its_file_is_refused() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for number in range(3):
        info.add_text(f"k{number}", "a" * 60_000_000, zip=True)
    content = written(asphalt(1, 40, 30), "PNG", pnginfo=info)
    assert len(content) < 1_000_000
    with pytest.raises(PhotoBroken):
        read(content)


SMALL = {kind: written(asphalt(2, 64, 48), kind, exif=exif_of(orientation=6)) for kind in KINDS}


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(list(KINDS)), data=st.data())
def test_whatever_is_sent_is_read_or_refused_and_nothing_else(kind: str, data: st.DataObject) -> None:
    content = bytearray(SMALL[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(12, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        picture = read(bytes(content))
    except PhotoRefused:
        return
    assert max(picture.shown.size) <= pictures.FULL_SIDE


# --- what the camera says


def test_the_camera_says_when_and_where_it_was_taken() -> None:
    exif = exif_of(taken="2024:06:03 12:00:00", offset="+05:00", at=(71.4304, -51.1282))
    picture = read(written(asphalt(1, 40, 30), exif=exif))
    assert picture.taken_at == moment("2024-06-03T07:00Z")
    assert picture.position is not None
    assert (picture.position.lon, picture.position.lat) == pytest.approx((71.4304, -51.1282), abs=1e-5)


def test_a_clock_without_an_offset_stands_where_we_are() -> None:
    exif = exif_of(taken="2024:02:01 12:00:00")  # Almaty was six hours ahead until March 2024
    assert read(written(asphalt(1, 40, 30), exif=exif)).taken_at == moment("2024-02-01T06:00Z")


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday", "0001:01:01 00:00:00"])
def test_a_camera_whose_clock_was_never_set_says_nothing(taken: str) -> None:
    picture = read(written(asphalt(1, 40, 30), exif=exif_of(taken=taken, at=(0, 0))))
    assert (picture.taken_at, picture.position) == (None, None)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("exif", [b"Exif\0\0broken", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(40)])
def test_a_good_picture_with_a_bad_label_is_still_a_picture(exif: bytes) -> None:
    picture = read(written(asphalt(1, 40, 30), exif=exif))
    assert (picture.width, picture.taken_at, picture.position) == (40, None, None)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_shown_as_the_camera_was_held(kind: str, orientation: int) -> None:
    stored = Image.new("RGB", (80, 40), "white")
    stored.paste("red", (0, 0, 20, 10))
    picture = read(written(stored, kind, exif=exif_of(orientation=orientation)))
    corners = {1: "lt", 2: "rt", 3: "rb", 4: "lb", 5: "lt", 6: "rt", 7: "rb", 8: "lb"}
    x = {"l": 3, "r": picture.width - 4}[corners[orientation][0]]
    y = {"t": 3, "b": picture.height - 4}[corners[orientation][1]]
    assert (picture.width, picture.height) == ((80, 40) if orientation < 5 else (40, 80))
    red, green, _ = picture.shown.getpixel((x, y))  # type: ignore[misc]
    assert (red > 180, green < 120) == (True, True)


# --- how it looks


def variants(image: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    width, height = image.size
    yield "another file", Image.open(BytesIO(written(image, quality=30)))
    yield "another kind", Image.open(BytesIO(written(image, "WEBP", quality=50)))
    yield "smaller", image.resize((width // 3, height // 3))
    yield "larger", image.resize((width * 2, height * 2))
    yield "brighter", ImageEnhance.Brightness(image).enhance(1.3)
    yield "darker", ImageEnhance.Brightness(image).enhance(0.6)
    yield "harder", ImageEnhance.Contrast(image).enhance(1.4)
    yield "cut 0.04 off every side", _cut(image, 0.04, 0.04, 0.04, 0.04)
    for cut in (0.01, 0.02, 0.03):
        yield f"cut {cut} off every side", _cut(image, cut, cut, cut, cut)
        yield f"cut {cut} off the foot", _cut(image, 0, 0, 0, cut)
        yield f"cut {cut} off the left", _cut(image, cut, 0, 0, 0)


def _cut(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = image.size
    return image.crop((int(width * left), int(height * top), int(width * (1 - right)), int(height * (1 - bottom))))


def apart(one: Image.Image, other: Image.Image) -> int:
    """As the search compares: the whole of either with the whole and the windows of the other."""
    ours, theirs = look_at(one), look_at(other)
    return min(*(bits_apart(ours[0], look) for look in theirs), *(bits_apart(theirs[0], look) for look in ours))


def test_a_photo_is_known_again_after_it_was_written_anew_resized_brightened_or_cut_a_little() -> None:
    differing = {
        (number, name): bits
        for number in range(10)
        for name, variant in variants(asphalt(number))
        if (bits := apart(asphalt(number), variant)) > ALIKE_BITS
    }
    assert differing == {}


def test_no_two_photos_of_plain_asphalt_look_the_same() -> None:
    looks = [look_at(asphalt(number, 400, 300)) for number in range(150)]
    pairs = ((one, other) for index, one in enumerate(looks) for other in looks[:index])
    nearest = min(bits_apart(a, b) for one, other in pairs for a, b in ((one[0], w) for w in other))
    assert nearest > ALIKE_BITS + 3


@given(look=st.integers(0, 2**64 - 1), flips=st.sets(st.integers(0, 63), max_size=ALIKE_BITS), noise=st.integers(0, 9))
def test_the_keys_find_every_look_that_is_near(look: int, flips: set[int], noise: int) -> None:
    near = look
    for bit in flips:
        near ^= 1 << bit
    assert bits_apart(look, near) == len(flips)
    other = look ^ (2**64 - 1) ^ noise
    assert set(sought_keys([near, other])) & set(look_keys([look, other ^ 5]))
    assert set(sought_keys([near])) & set(look_keys([other, look]))
    assert set(sought_keys([other, near])) & set(look_keys([look]))


# --- copies for the public


def test_public_copies_are_small_and_say_nothing_but_the_picture() -> None:
    exif = exif_of(taken="2024:06:03 12:00:00", at=(71.4, 51.1), orientation=6)
    content = written(asphalt(1, 2400, 1800), exif=exif, comment=b"by Somebody", icc_profile=b"profile of a phone")
    copies = public_copies(read(content).shown)
    for copy, size in ((copies.full, (1200, 1600)), (copies.small, (240, 320))):
        image = Image.open(BytesIO(copy))
        assert (image.format, image.size, dict(image.getexif())) == ("WEBP", size, {})
        assert set(image.info) <= {"background", "loop", "timestamp", "duration"}
        assert not any(word in copy for word in (b"EXIF", b"XMP ", b"ICCP", b"Somebody", b"phone"))


def black(image: Image.Image, box: tuple[int, int, int, int]) -> bool:
    return int(np.asarray(image.crop(box)).max()) < 24


@pytest.mark.parametrize("pick", [lambda c: c.full, lambda c: c.small])
def test_what_is_masked_is_black_in_every_copy_and_the_rest_is_not(pick: Callable[[pictures.Copies], bytes]) -> None:
    shown = read(written(Image.new("RGB", (800, 600), "white"))).shown
    image = Image.open(BytesIO(pick(public_copies(shown, [Region(0.5, 0.25, 0.75, 0.5)])))).convert("RGB")
    width, height = image.size
    assert black(image, (width // 2 + 4, height // 4 + 4, width * 3 // 4 - 4, height // 2 - 4))
    assert int(np.asarray(image.crop((0, 0, width // 2 - 16, height))).min()) > 230
    assert shown.getpixel((500, 200)) == (255, 255, 255)
