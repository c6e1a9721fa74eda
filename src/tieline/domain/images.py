"""How large an image is, told by its first bytes."""

from typing import NamedTuple


class Size(NamedTuple):
    """Pixels across and down."""

    width: int
    height: int


_MARKS_WITHOUT_SIZE = frozenset({0xC4, 0xC8, 0xCC})
_FRAMES = range(0xC0, 0xD0)  # marks of a JPEG behind which its size stands


def size_of(content: bytes) -> Size | None:
    """Return the size of a PNG, JPEG, GIF, BMP or WebP; None where it cannot be told."""
    if content.startswith(b"\x89PNG") and len(content) >= 24:  # noqa: PLR2004
        return _big(content, 16, 4)
    if content.startswith(b"GIF8") and len(content) >= 10:  # noqa: PLR2004
        return _little(content, 6, 2)
    if content.startswith(b"BM") and len(content) >= 26:  # noqa: PLR2004
        width, height = (int.from_bytes(content[at : at + 4], "little", signed=True) for at in (18, 22))
        return Size(abs(width), abs(height))
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    return _webp(content) if content[8:12] == b"WEBP" else None


def _big(content: bytes, at: int, length: int) -> Size:
    return Size(
        int.from_bytes(content[at : at + length], "big"), int.from_bytes(content[at + length : at + 2 * length], "big")
    )


def _little(content: bytes, at: int, length: int) -> Size:
    first, second = content[at : at + length], content[at + length : at + 2 * length]
    return Size(int.from_bytes(first, "little"), int.from_bytes(second, "little"))


def _jpeg(content: bytes) -> Size | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:  # noqa: PLR2004
        mark = content[at + 1]
        if mark in _FRAMES and mark not in _MARKS_WITHOUT_SIZE:
            height, width = _big(content, at + 5, 2)
            return Size(width, height)
        at += 2 + max(int.from_bytes(content[at + 2 : at + 4], "big"), 2)
    return None


def _webp(content: bytes) -> Size | None:
    kind = content[12:16]
    if kind == b"VP8X" and len(content) >= 30:  # noqa: PLR2004
        width, height = _little(content, 24, 3)
        return Size(width + 1, height + 1)
    if kind == b"VP8 " and len(content) >= 30:  # noqa: PLR2004
        width, height = _little(content, 26, 2)
        return Size(width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L" and len(content) >= 25:  # noqa: PLR2004
        bits = int.from_bytes(content[21:25], "little")
        return Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    return None
