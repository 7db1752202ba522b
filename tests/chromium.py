"""Which Chromium the browser tests start: one on PATH, else the one that Playwright installed."""

import os
import shutil

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")

# Root needs --no-sandbox; the rest keeps a browser from calling home in the middle of a test.
ARGUMENTS = [
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def executable() -> str:
    """The path of the browser. ``make test`` sees to it that there is one."""
    path = next(filter(None, map(shutil.which, NAMES)), None) or of_playwright()
    if path is None:
        raise RuntimeError("No Chromium: run “make chromium”, or put chromium on PATH.")
    return path


def of_playwright() -> str | None:
    """The browser that ``playwright install chromium`` put in place, if it did."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None
