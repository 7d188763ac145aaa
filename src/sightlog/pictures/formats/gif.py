"""GIF: whole blocks from the screen to the trailer, every frame inside the screen."""

from sightlog.pictures.formats.contents import Contents, Size

_EXTENSION, _FRAME, _TRAILER = 0x21, 0x2C, 0x3B
_HAS_COLOURS = 0x80


def read(contents: Contents) -> Size:
    """Width and height of the screen, when the file is whole."""
    screen = contents.claim_size(contents.little(6, 2), contents.little(8, 2))
    at = _after_colours(contents, 13, contents.byte(10))
    frames = 0
    # Old programs left the trailer out, and every viewer forgives it: the file may also end between two blocks.
    while at != contents.size and (block := contents.byte(at)) != _TRAILER:
        contents.count_part()
        if block == _EXTENSION:
            at = _after_sub_blocks(contents, at + 2)
        elif block == _FRAME:
            frames += 1
            contents.count_frame()
            at = _after_frame(contents, at, screen)
        else:
            raise contents.damaged(f"there is no block of kind {block:#04x}")
    if not frames:
        raise contents.damaged("there is no picture in it")
    return screen


def _after_frame(contents: Contents, at: int, screen: Size) -> int:
    left, top, width, height = (contents.little(at + offset, 2) for offset in (1, 3, 5, 7))
    contents.claim_size(width, height)
    if left + width > screen[0] or top + height > screen[1]:
        raise contents.contradicts("a frame reaches beyond the picture")
    code_size_at = _after_colours(contents, at + 10, contents.byte(at + 9))
    return _after_sub_blocks(contents, code_size_at + 1)


def _after_colours(contents: Contents, at: int, flags: int) -> int:
    return at + (3 << (flags & 7) + 1 if flags & _HAS_COLOURS else 0)


def _after_sub_blocks(contents: Contents, at: int) -> int:
    while length := contents.byte(at):
        contents.count_part()
        at += length + 1
    return at + 1
