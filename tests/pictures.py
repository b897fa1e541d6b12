"""Photos for tests, drawn from a number: asphalt as a phone sees it, written as phones write it."""

from datetime import datetime
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GRAINS = ((4, 2.0), (8, 2.0), (16, 2.5), (64, 4.0), (300, 8.0))
"""Patches of asphalt: so many across the picture, and how much lighter or darker than their neighbours."""


def _grain(drawn: np.random.Generator, width: int, height: int, across: int) -> NDArray[np.float32]:
    cells = drawn.normal(size=(max(2, height * across // width) + 1, across + 1)).astype(np.float32)
    return np.asarray(Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC))


def asphalt(number: int, width: int = 800, height: int = 600) -> Image.Image:
    """Plain asphalt under one lens and one sun: two of them differ in nothing but their grain."""
    drawn = np.random.default_rng(number)
    grey = np.full((height, width), 105, np.float32)
    for across, strength in GRAINS:
        grey += strength * _grain(drawn, width, height, across)
    grey += drawn.normal(0, 18, (height, width))
    down, along = np.mgrid[0:height, 0:width]
    grey *= 1 - 0.5 * ((along / width - 0.5) ** 2 + (down / height - 0.5) ** 2)
    grey += 15 * (down / height)
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).convert("RGB")


def written(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The picture as a file."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def exif_of(
    *,
    taken: str | None = None,
    offset: str | None = None,
    at: tuple[float, float] | None = None,
    orientation: int | None = None,
) -> Image.Exif:
    """What a camera writes: its local time ("2024:06:03 12:00:00"), its offset, (lon, lat) and how it was held."""
    exif = Image.Exif()
    details = {0x9003: taken, 0x9011: offset}
    exif.get_ifd(0x8769).update({tag: value for tag, value in details.items() if value})
    if at:
        lon, lat = at
        exif.get_ifd(0x8825).update(
            {1: "S" if lat < 0 else "N", 2: _sixtieths(lat), 3: "W" if lon < 0 else "E", 4: _sixtieths(lon)}
        )
    if orientation:
        exif[0x0112] = orientation
    return exif


def _sixtieths(degrees: float) -> tuple[float, float, float]:
    whole, minutes = divmod(abs(degrees) * 60, 60)[0], abs(degrees) * 60 % 60
    return whole, float(int(minutes)), round((minutes - int(minutes)) * 60, 4)


def moment(words: str) -> datetime:
    """A moment as written in ISO 8601."""
    return datetime.fromisoformat(words)
