"""The words of a PDF as WeasyPrint writes it, in the order of its pages: enough to see what a letter says."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\n(.*)\nendstream", re.DOTALL)
_FONT = re.compile(rb"/BaseFont ?/([A-Z]{6})\+[^/]*?[^>]*?/ToUnicode (\d+) 0 R")
_SHOWN = re.compile(rb"/([A-Z]{6}) [\d.]+ Tf|\[([^\[\]]*)\] TJ|(ET)")
_GLYPHS = re.compile(rb"<([0-9a-f]+)>")
_MAPPED = re.compile(r"<([0-9a-f]+)> <([0-9a-f]+)>", re.IGNORECASE)


def words_of(pdf: bytes) -> str:
    """All words, with a space between pieces of text and none of the layout."""
    streams = {int(number): _unpacked(body) for number, body in _OBJECT.findall(pdf)}
    described = b"\n".join(streams.values())
    maps = {name: _letters(streams[int(number)]) for name, number in _FONT.findall(described)}
    pages = [stream for stream in streams.values() if b" Tf\n" in stream and b"TJ" in stream]
    return re.sub(r"\s+", " ", "".join(_said(page, maps) for page in pages))


def _unpacked(body: bytes) -> bytes:
    stream = _STREAM.search(body)
    if stream is None:
        return body
    return zlib.decompress(stream[1]) if b"/FlateDecode" in body[: stream.start()] else stream[1]


def _letters(cmap: bytes) -> dict[int, str]:
    pairs = _MAPPED.findall(cmap.decode("latin-1").partition("beginbfchar")[2])
    return {int(glyph, 16): bytes.fromhex(letters).decode("utf-16-be") for glyph, letters in pairs}


def _said(page: bytes, maps: dict[bytes, dict[int, str]]) -> str:
    said, font = [], b""
    for name, shown, end in _SHOWN.findall(page):
        if name:
            font = name
        elif end:
            said.append(" ")
        else:
            for run in _GLYPHS.findall(shown):
                glyphs = [int(run[at : at + 4], 16) for at in range(0, len(run), 4)]
                said += [maps.get(font, {}).get(glyph, "?") for glyph in glyphs]
    return "".join(said)
