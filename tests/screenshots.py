"""The story as pictures: ``make screenshots`` plays it in Chromium and writes docs/screenshots/*.webp.

Each page is taken at the width of a desk and of a telephone, in Vietnamese, as its reader has it in front of them:
forms filled in, the bank in the middle of a payment, the dossier with its whole timeline.
"""

import argparse
import os
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import django
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests import chromium

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
WIDTHS = (1280, 390)
WINDOW_HEIGHT = 900
TALLEST = 2400  # pixels; the rest of a long page says nothing new
COLOURS = 64  # enough for flat pages, and half the size
LARGEST_TOTAL_BYTES = 2_000_000

PICTURES = {
    *("home", "search", "service", "start", "tasks", "step", "documents", "check", "sent"),
    *("pay", "bank", "pay-refused", "paid", "supply", "dossiers", "dossier", "mail", "effects"),
    *("desk", "desk-dossier", "desk-propose", "metrics", "metrics-agency"),
}


class Camera:
    """An onlooker of the story: takes each page of :data:`PICTURES` the first time it is shown."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.taken: dict[Path, int] = {}  # file → bytes

    def __call__(self, page: Page, name: str) -> None:
        if name not in PICTURES or self.file(name, WIDTHS[0]) in self.taken:
            return
        page.evaluate("document.activeElement.blur()")
        for width in reversed(WIDTHS):  # the story goes on at the width of a desk
            page.set_viewport_size({"width": width, "height": WINDOW_HEIGHT})
            content = compressed(page.screenshot(full_page=True, animations="disabled"))
            self.file(name, width).write_bytes(content)
            self.taken[self.file(name, width)] = len(content)

    def file(self, name: str, width: int) -> Path:
        return self.folder / f"{name}-{width}.webp"


def compressed(png: bytes) -> bytes:
    """The picture as WebP without loss of sharpness, its foot cut off where it is very tall."""
    with Image.open(BytesIO(png)) as picture:
        shown = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, TALLEST)))
    content = BytesIO()
    flat = shown.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB")
    flat.save(content, "WEBP", lossless=True, quality=100, method=6)
    return content.getvalue()


def take_all(folder: Path, *, short: bool) -> Camera:
    """Start a demo of its own, play the story before a camera, stop the demo."""
    from tests.e2e import running_demo, story  # what they import needs the settings

    folder.mkdir(parents=True, exist_ok=True)
    camera = Camera(folder)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        demo = running_demo.Demo(Path(home), running_demo.SHORT if short else running_demo.WHOLE)
        try:
            browser = playwright.chromium.launch(
                executable_path=chromium.executable(), args=chromium.ARGUMENTS
            )
            story.play(demo, browser, Path(home), camera, color_scheme="light")
            demo.end()
        finally:
            demo.kill()
    return camera


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--short", action="store_true", help="a past of a few days: quicker, emptier figures"
    )
    parser.add_argument(
        "--into", type=Path, default=FOLDER, help=f"the folder to write to ({FOLDER})"
    )
    wanted = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
    django.setup()
    camera = take_all(wanted.into, short=wanted.short)
    total = sum(camera.taken.values())
    sys.stdout.write(f"{len(camera.taken)} pictures in {wanted.into}, {total // 1000} kB\n")
    if missing := PICTURES - {file.stem.rsplit("-", 1)[0] for file in camera.taken}:
        raise SystemExit(f"The story did not show: {', '.join(sorted(missing))}")
    if total > LARGEST_TOTAL_BYTES:
        raise SystemExit(f"Together they may have {LARGEST_TOTAL_BYTES // 1000} kB at most.")


if __name__ == "__main__":
    main()
