"""``cnndsl augment``: a sheet of what training sees."""

from __future__ import annotations

from pathlib import Path

from tests.cli.inside import inside

MODEL = "Flatten\nFC 10\n"


def test_a_sheet_is_drawn_and_is_the_same_for_a_seed(tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "model.txt").write_text(f"{MODEL}augment {{ Rotate 20; Shift 3 }}\n", encoding="utf-8")
    done = inside("augment", "model.txt", "--images", 3, cwd=tmp_path)
    assert (done.code, done.out) == (0, "preview.png: 3 images of mnist, 7 draws of each\n")
    first = (tmp_path / "preview.png").read_bytes()
    with Image.open(tmp_path / "preview.png") as sheet:
        assert sheet.width == 6 + 8 * (84 + 6)
        tile = sheet.crop((6, 6, 90, 90))
        assert tile.getextrema()[0] == (0, 255)
    assert inside("augment", "model.txt", "--images", 3, cwd=tmp_path).code == 0
    assert (tmp_path / "preview.png").read_bytes() == first
    assert inside("augment", "model.txt", "--images", 3, "--seed", 1, cwd=tmp_path).code == 0
    assert (tmp_path / "preview.png").read_bytes() != first


def test_without_the_section_or_the_data_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "model.txt").write_text(MODEL, encoding="utf-8")
    done = inside("augment", "model.txt", cwd=tmp_path)
    assert (done.code, "model.txt has no `augment` section" in done.err) == (1, True)
    (tmp_path / "model.txt").write_text(f"{MODEL}augment {{ FlipX }}\n", encoding="utf-8")
    done = inside("augment", "model.txt", "--data-dir", "nowhere", cwd=tmp_path)
    assert (done.code, "error D503" in done.err) == (3, True)
    assert not (tmp_path / "preview.png").exists()
