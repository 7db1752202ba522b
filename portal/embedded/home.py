"""PORTAL_HOME: the one folder that holds everything a running portal leaves behind."""

import json
import os
import secrets
import tempfile
from pathlib import Path

from portal.embedded.errors import StartRefused

SECRET_NAMES = (
    "django_secret_key",
    "gateway_secret",
    "postgres_launcher",
    "postgres_owner",
    "postgres_app",
    "postgres_sandbox",
    "valkey",
)


class Home:
    """The folder of one portal: its database cluster, secrets, logs and stored files.

    Nothing is created until :meth:`prepare`, which raises ``StartRefused`` where it cannot write.
    """

    def __init__(self, path: str | os.PathLike[str]):
        self.path = Path(path).expanduser().absolute()
        self.run = self.path / "run"
        self.logs = self.path / "logs"
        self.media = self.path / "media"
        self.static = self.path / "static"
        self.story = self.path / "story"
        self.postgres = self.path / "postgres"
        self.secrets_file = self.path / "secrets.json"

    def __repr__(self) -> str:
        return f"Home({str(self.path)!r})"

    def prepare(self) -> None:
        """Create the folders. Raises ``StartRefused`` where that is impossible."""
        try:
            for folder in (self.path, self.run, self.logs, self.media, self.static):
                folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.run):
                pass
        except (FileExistsError, NotADirectoryError) as error:
            raise StartRefused(
                f"PORTAL_HOME {self.path} cannot be used: {error.filename} is a file, not a folder; "
                "move it away or set PORTAL_HOME to another folder."
            ) from error
        except OSError as error:
            raise StartRefused(
                f"PORTAL_HOME {self.path} cannot be written to ({error.strerror}); "
                "set PORTAL_HOME to a folder of yours."
            ) from error

    def secrets(self) -> dict[str, str]:
        """Every secret of this home, made on first use; the file is readable by its owner only.

        Two processes that ask at the same time get the same answer: the first file in place wins.
        """
        try:
            return self._read_secrets()
        except FileNotFoundError:
            pass
        self.prepare()
        # Letters and digits only: they stand in addresses and configuration files unquoted.
        fresh = {name: secrets.token_hex(24) for name in SECRET_NAMES}
        handle, draft = tempfile.mkstemp(dir=self.path, prefix=".secrets-")  # mode 0600
        with os.fdopen(handle, "w") as file:
            json.dump(fresh, file, indent=1)
        try:
            os.link(draft, self.secrets_file)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
        return self._read_secrets()

    def _read_secrets(self) -> dict[str, str]:
        try:
            known: dict[str, str] = json.loads(self.secrets_file.read_text())
        except (PermissionError, ValueError, NotADirectoryError) as error:
            raise StartRefused(
                f"The secrets of this portal in {self.secrets_file} cannot be read; "
                "they belong to another user or are damaged."
            ) from error
        if missing := [name for name in SECRET_NAMES if name not in known]:
            raise StartRefused(f"{self.secrets_file} lacks {', '.join(missing)}; restore the file.")
        return known
