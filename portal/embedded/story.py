"""The story: what the demo's databases and stored files hold when it was loaded, and its return."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from portal.embedded.errors import StartRefused
from portal.embedded.home import Home
from portal.embedded.kept_database import KeptDatabase

OLDEST_SERVER = 15_00_00  # PostgreSQL 15, as the server counts
LOADING, LOADED = "loading", "loaded"


class Story:
    """The portal's database, the sandbox's, and the stored files of the portal."""

    def __init__(self, home: Home, portal: KeptDatabase, sandbox: KeptDatabase):
        self.home, self.portal, self.sandbox = home, portal, sandbox
        self.copied_media = home.story / "media"

    def check_servers(self) -> None:
        """Refuse a server that is too old or does not answer, in one sentence."""
        version = self.portal.server_version()
        if version < OLDEST_SERVER:
            raise StartRefused(
                f"DATABASE_URL names PostgreSQL {version // 10000}; the portal needs 15 or later."
            )
        if not self.sandbox.exists():  # derived from DATABASE_URL: nobody has made it yet
            self.sandbox.begin_anew()

    def mark(self) -> dict:
        """``{}`` for a database that was never loaded; else ``state`` and what goes with it."""
        return self.portal.mark()

    def write_mark(self, **content) -> None:
        """Note the state of the story."""
        self.portal.write_mark(**content)

    def keep_copy(self) -> None:
        """Keep everything as it is now. Nobody may be connected to the databases."""
        self.portal.keep_copy()
        self.sandbox.keep_copy()
        _link_tree(self.home.media, self.copied_media)

    def has_copy(self) -> bool:
        """Whether there is something to put back."""
        return self.portal.has_copy() and self.sandbox.has_copy() and self.copied_media.exists()

    def put_back(self) -> None:
        """Replace databases and stored files by what was kept."""
        self.portal.put_back()
        self.sandbox.put_back()
        _link_tree(self.copied_media, self.home.media)

    def begin_anew(self) -> None:
        """Empty databases, no stored files, no copy."""
        self.portal.begin_anew()
        self.sandbox.begin_anew()
        shutil.rmtree(self.home.story, ignore_errors=True)
        shutil.rmtree(self.home.media, ignore_errors=True)
        self.home.media.mkdir(parents=True)


def fingerprint(files: Iterable[Path]) -> str:
    """Changes when the content of any of the files does."""
    seen = hashlib.sha256()
    for file in sorted(files):
        seen.update(file.name.encode())
        seen.update(file.read_bytes())
    return seen.hexdigest()[:16]


def _link_tree(source: Path, target: Path) -> None:
    """Make ``target`` the same tree; stored files are never changed, so both may share them."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, copy_function=os.link)
