"""Pictures that somebody took: read as a viewer shows them, and made the size that a network takes.

PNG, JPEG, BMP, GIF and WEBP, told by content and never by name; of a moving picture the first frame. What is turned by
its EXIF data is turned, what is transparent lies on white, 16 bits a channel become 8, CMYK and palettes become red,
green and blue. Then the shorter side is scaled to the size that is wanted, and the longer one cropped at both ends.
Pillow, which is imported where it is used, does all of this.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from cnndsl.data.dataset import Floats, Pixels
from cnndsl.data.files import StrPath, corrupt, open_regular, refuse_html, wrong_format
from cnndsl.errors import CnndslError, InputError

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"})
Shape = tuple[int, int, int]

_MODES = {1: "L", 3: "RGB"}
_MOST_PIXELS = 1 << 26  # 8192 x 8192: 256 MiB with four channels
_MARGIN = 2  # a JPEG is decoded at no less than this many times the size wanted: eighths of its size cost nothing more
_DEEP = {"I", "I;16", "I;16B", "I;16L"}  # modes of 16 bits a pixel


def read_image(path: StrPath, shape: Shape) -> Floats:
    """One picture as float32 ``(C, H, W)`` from 0 to 1, in the ``shape`` that a network takes; C is 1 (grey) or 3.

    This is the conversion of :func:`read_pixels`, which training images go through as well.
    """
    return (read_pixels(path, shape) / np.float32(255)).astype(np.float32)


def read_pixels(path: StrPath, shape: Shape) -> Pixels:
    """One picture as uint8 ``(C, H, W)``.

    Raises InputError: D503 not there, D509 a number of channels that no picture has, D510 damaged, D511 of another
    format, not a file, or with more pixels than are decoded.
    """
    from PIL import Image, ImageOps

    channels, height, width = shape
    if channels not in _MODES:
        message = f"pictures have 1 channel (grey) or 3 (red, green, blue), the network takes {channels}"
        raise InputError(message, code="D509", hint=f"write `input 3x{height}x{width}`, or 1x{height}x{width}")
    with _opened(path) as picture:
        picture.draft(None, (_MARGIN * max(height, width),) * 2)
        picture.load()
        upright = _upright(picture)
        fitted = ImageOps.fit(_eight_bits(upright, _MODES[channels]), (width, height), Image.Resampling.BILINEAR)
        pixels = np.asarray(fitted, np.uint8)
    return np.ascontiguousarray(pixels.reshape(height, width, channels).transpose(2, 0, 1))


def picture_shape(path: StrPath) -> Shape:
    """``(C, H, W)`` of a picture as a viewer shows it, from its first bytes; C is 1 if it is grey throughout."""
    with _opened(path) as picture:
        grey = picture.mode in _DEEP | {"1", "L", "LA"}
        width, height = picture.size
        turned = _orientation(picture) >= 5  # those that change the sides
    return (1 if grey else 3), *((width, height) if turned else (height, width))


@contextmanager
def _opened(path: StrPath) -> Iterator[Image]:
    """A picture of which no pixel was decoded yet; whatever goes wrong with it, here or in the body, is InputError."""
    from PIL import Image, UnidentifiedImageError

    with open_regular(path) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata, which nobody asked for
        head = file.read(100)
        if not head:
            raise corrupt(path, "is empty (0 bytes)", "copy the image again, or remove it")
        refuse_html(path, head)
        file.seek(0)
        try:
            with Image.open(file, formats=FORMATS) as picture:
                _check_size(path, *picture.size)
                yield picture
        except CnndslError:
            raise
        except UnidentifiedImageError:
            raise _unknown(path, head) from None
        except Image.DecompressionBombError as error:
            raise wrong_format(path, f"is too large ({error})", _too_large()) from None
        except Exception as error:  # decoders of hostile bytes raise anything: struct.error, SyntaxError, KeyError ...
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise corrupt(path, f"the image is damaged ({reason})", "copy it again, or remove it") from error


def _unknown(path: StrPath, head: bytes) -> InputError:
    if head.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF")):
        return corrupt(path, "the image is damaged: its header cannot be read", "copy it again, or remove it")
    return wrong_format(path, f"is not a {', '.join(FORMATS[:-1])} or {FORMATS[-1]} image", "convert it, or remove it")


def _check_size(path: StrPath, width: int, height: int) -> None:
    if width * height > _MOST_PIXELS:
        raise wrong_format(path, f"has {width} x {height} pixels", _too_large())
    if width * height == 0:
        raise corrupt(path, f"has {width} x {height} pixels", "copy the image again, or remove it")


def _too_large() -> str:
    return f"make it smaller: images of up to {_MOST_PIXELS:,} pixels are decoded"


def _orientation(picture: Image) -> int:
    from PIL import ExifTags

    try:
        found = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - damaged metadata do not keep a viewer from showing the picture either
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _upright(picture: Image) -> Image:
    from PIL.Image import Transpose

    turns = (
        *(Transpose.FLIP_LEFT_RIGHT, Transpose.ROTATE_180, Transpose.FLIP_TOP_BOTTOM),
        *(Transpose.TRANSPOSE, Transpose.ROTATE_270, Transpose.TRANSVERSE, Transpose.ROTATE_90),
    )
    orientation = _orientation(picture)
    return picture if orientation == 1 else picture.transpose(turns[orientation - 2])


def _eight_bits(picture: Image, mode: str) -> Image:
    """The picture with 8 bits a channel in ``mode``, on white where it is transparent."""
    from PIL import Image

    if picture.mode in _DEEP:
        deep: Any = np.asarray(picture).astype(np.int64)
        picture = Image.fromarray(((deep.clip(0, 65535) * 255 + 32767) // 65535).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert(mode)
