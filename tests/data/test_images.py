"""Pictures of every sort come out as a viewer shows them, in the size asked for; what is none is named."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from cnndsl.data import read_image
from cnndsl.data.images import FORMATS, picture_shape, read_pixels
from cnndsl.errors import InputError

from .samples import refused, unhurried, write


def quadrants(height: int = 8, width: int = 8) -> Image.Image:
    """Red and green above, blue and white below."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = 255, 0, 0
    pixels[: height // 2, width // 2 :] = 0, 255, 0
    pixels[height // 2 :, : width // 2] = 0, 0, 255
    pixels[height // 2 :, width // 2 :] = 255, 255, 255
    return Image.fromarray(pixels)


def saved(path: Path, picture: Image.Image, form: str = "PNG", **options: object) -> Path:
    picture.save(path, form, **options)
    return path


def corners(pixels: np.ndarray) -> list[tuple[int, ...]]:
    """The colours of the four corners, each channel as 0 or 1, from top left to bottom right."""
    return [tuple(int(value > 127) for value in pixels[:, y, x]) for y in (0, -1) for x in (0, -1)]


RED, GREEN, BLUE, WHITE = (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)
ONE_TO_ONE = [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_by_content_whatever_its_name(tmp_path: Path, form: str) -> None:
    path = saved(tmp_path / "picture.txt", quadrants(16, 16), form)
    pixels = read_pixels(path, (3, 16, 16))
    assert (pixels.shape, pixels.dtype) == ((3, 16, 16), np.uint8)
    assert corners(pixels) == ONE_TO_ONE
    assert picture_shape(path) == (3, 16, 16)


def test_a_picture_of_the_size_asked_for_is_not_touched(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    path = saved(tmp_path / "a.png", Image.fromarray(pixels))
    np.testing.assert_array_equal(read_pixels(path, (3, 5, 7)), pixels.transpose(2, 0, 1))
    image = read_image(path, (3, 5, 7))
    assert image.dtype == np.float32
    np.testing.assert_allclose(image * 255, pixels.transpose(2, 0, 1), rtol=1e-6)


SORTS: dict[str, Callable[[Image.Image], tuple[Image.Image, str]]] = {
    "CMYK": lambda picture: (picture.convert("CMYK"), "JPEG"),
    "palette": lambda picture: (picture.convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
    "alpha": lambda picture: (picture.convert("RGBA"), "PNG"),
    "palette with alpha": lambda picture: (picture.convert("RGBA").quantize(16), "PNG"),
}


@pytest.mark.parametrize("sort", SORTS)
def test_what_has_its_colours_otherwise(tmp_path: Path, sort: str) -> None:
    picture, form = SORTS[sort](quadrants(16, 16))
    assert corners(read_pixels(saved(tmp_path / "a", picture, form), (3, 16, 16))) == ONE_TO_ONE


def test_transparent_is_white(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert read_pixels(saved(tmp_path / "a.png", clear), (3, 4, 4)).min() == 255
    half = Image.new("LA", (4, 4), (0, 128))
    assert set(read_pixels(saved(tmp_path / "b.png", half), (1, 4, 4)).ravel().tolist()) == {127}
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([10, 20, 30])
    assert read_pixels(saved(tmp_path / "c.png", palette, transparency=0), (3, 4, 4)).min() == 255


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    deep = np.array([[0, 128, 257], [32896, 65278, 65535]], np.uint16)
    path = saved(tmp_path / "a.png", Image.fromarray(deep))
    assert read_pixels(path, (1, 2, 3)).tolist() == [[[0, 0, 1], [128, 254, 255]]]
    assert picture_shape(path) == (1, 2, 3)


def test_the_first_frame_of_one_that_moves(tmp_path: Path) -> None:
    frames = [quadrants(16, 16), Image.new("RGB", (16, 16), "black")]
    path = saved(tmp_path / "a.gif", frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert corners(read_pixels(path, (3, 16, 16))) == ONE_TO_ONE


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_as_a_viewer_turns_it(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path / "a.jpg", quadrants(16, 32), "JPEG", exif=exif, quality=95)
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture)
        expected = np.asarray(upright).transpose(2, 0, 1)
    shape = picture_shape(path)
    assert shape == expected.shape
    assert corners(read_pixels(path, shape)) == corners(expected)


def test_damaged_metadata_do_not_matter(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", quadrants(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert corners(read_pixels(path, (3, 8, 8))) == ONE_TO_ONE


@unhurried
@given(height=st.integers(1, 40), width=st.integers(1, 40), high=st.integers(1, 12), wide=st.integers(1, 12))
def test_the_middle_is_kept_and_nothing_is_stretched(
    tmp_path_factory: pytest.TempPathFactory, height: int, width: int, high: int, wide: int
) -> None:
    ramp = np.add.outer(np.arange(height), np.arange(width))
    picture = Image.fromarray((ramp * 255 / max(1, ramp.max())).astype(np.uint8))
    pixels = read_pixels(saved(tmp_path_factory.getbasetemp() / "ramp.png", picture), (1, high, wide)).astype(int)
    assert pixels.shape == (1, high, wide)
    assert (np.diff(pixels, axis=1) >= 0).all()
    assert (np.diff(pixels, axis=2) >= 0).all()
    if ramp.max():  # symmetric about the middle, which has the middle tone
        assert abs(pixels.mean() - 127) < 2


def test_a_photograph_is_decoded_at_about_the_size_wanted(tmp_path: Path) -> None:
    smooth = np.add.outer(np.linspace(0, 127, 800), np.linspace(0, 128, 800)).astype(np.uint8)
    path = saved(tmp_path / "a.jpg", Image.fromarray(smooth), "JPEG", quality=95)
    with Image.open(path) as picture:
        whole = np.asarray(ImageOps.fit(picture, (16, 16), Image.Resampling.BILINEAR))
    assert abs(read_pixels(path, (1, 16, 16))[0].astype(int) - whole).max() <= 2


def png_of(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG whose header says so, whatever is in it."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def whole_png() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 32), dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


BAD = {
    "no bytes": (b"", "D510", "is empty (0 bytes)"),
    "cut off": (whole_png()[:-200], "D510", "the image is damaged"),
    "cut off in its header": (whole_png()[:20], "D510", "the image is damaged"),
    "a bit that was flipped": (whole_png().replace(b"IDAT", b"IDAt"), "D510", "the image is damaged"),
    "a web page": (b"<!DOCTYPE html><title>404</title>", "D511", "is a web page"),
    "text": (b"a picture of a cat", "D511", "is not a PNG, JPEG, BMP, GIF or WEBP image"),
    "another format": (b"II*\0" + bytes(200), "D511", "is not a PNG"),
    "a bomb of 60,000 x 60,000": (png_of(60_000, 60_000), "D511", "is too large"),
    "more pixels than are decoded": (png_of(10_000, 10_000), "D511", "has 10000 x 10000 pixels"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_picture_is_named(tmp_path: Path, name: str, peak_memory: Callable[[], int]) -> None:
    content, code, words = BAD[name]
    path = write(tmp_path / "picture.png", content)
    for read in (lambda: read_pixels(path, (3, 8, 8)), lambda: read_image(path, (1, 8, 8))):
        with pytest.raises(InputError) as error:
            read()
        refused(error, code, "picture.png", words)
    assert peak_memory() < 1 << 24


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for path, code, words in (
        (tmp_path / "pipe.png", "D511", "is a named pipe"),
        (tmp_path, "D511", "is a directory"),
        (Path("/dev/zero"), "D511", "is a device"),
        (tmp_path / "none.png", "D503", "not found"),
    ):
        with pytest.raises(InputError) as error:
            read_pixels(path, (3, 8, 8))
        refused(error, code, words)


def test_a_number_of_channels_that_no_picture_has(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", quadrants())
    with pytest.raises(InputError) as error:
        read_pixels(path, (4, 8, 8))
    refused(error, "D509", "the network takes 4")


@unhurried
@given(st.data())
def test_no_damage_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(FORMATS))
    file = io.BytesIO()
    quadrants(16, 16).save(file, form)
    damaged = bytearray(file.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + 1] = data.draw(st.binary(max_size=3))
    path = write(tmp_path_factory.getbasetemp() / "hostile", bytes(damaged))
    try:
        assert read_pixels(path, (3, 4, 4)).shape == (3, 4, 4)
        picture_shape(path)
    except InputError:
        pass
