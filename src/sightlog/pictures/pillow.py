"""The door to Pillow: its plugins, its settings, and what becomes of its errors and warnings."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pillow_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from PIL.ImageFile import ImageFile

from sightlog.domain.errors import InvalidImage
from sightlog.pictures.kinds import START_BYTES, Kind, recognise

# Imported plugins are registered; otherwise Pillow would look for, and import, all forty on first use.
_PLUGINS = (
    *(AvifImagePlugin, BmpImagePlugin, GifImagePlugin, JpegImagePlugin),
    *(PngImagePlugin, TiffImagePlugin, WebPImagePlugin),
)
# One thread a picture: how many pictures are decoded at once is decided by whoever calls.
pillow_heif.register_heif_opener(decode_threads=1, depth_images=False, aux_images=False)
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
# Our own limit is a setting and is asked before Pillow sees a file.
Image.MAX_IMAGE_PIXELS = None


@contextmanager
def opened(path: Path) -> Iterator[tuple[Kind, ImageFile]]:
    """A picture file for reading. Whatever Pillow raises meanwhile is InvalidImage: its decoders let bytes that
    make no sense surface as nearly any error. Raises UnsupportedImage, and OSError when the file cannot be opened."""
    with path.open("rb") as file:
        kind = recognise(file.read(START_BYTES))
        try:
            with _silence, Image.open(file, formats=[kind.pillow_name]) as image:
                yield kind, image
        except (InvalidImage, MemoryError):
            raise
        except Exception as error:
            raise InvalidImage(f"this {kind.name} file is damaged: it cannot be decoded") from error


class _Silence:
    """Pillow's warnings are about files, for people who run scripts. While any thread is inside, they are dropped.

    `warnings.catch_warnings` is one switch for all threads: the first one in turns it, the last one out turns it back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._switch = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._switch = warnings.catch_warnings()
                self._switch.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL|pillow_heif")
            self._inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._switch.__exit__(None, None, None)


_silence = _Silence()
