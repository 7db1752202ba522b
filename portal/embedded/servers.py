"""The servers that this process uses: the embedded ones, held while it lives, or those named in the environment."""

import atexit
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from portal.embedded import binaries, postgres
from portal.embedded.errors import StartRefused
from portal.embedded.home import Home

PROJECT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 120  # for a first start on a slow disk
STOP_PATIENCE_SECONDS = 30
LOOKS = 5  # at the users' lock, before others are believed to use the servers


@dataclass(frozen=True)
class Addresses:
    """Where the servers are, as URLs; ``embedded`` says whether PostgreSQL is ours."""

    database: str
    owner: str
    sandbox: str
    redis: str
    embedded: bool

    def environment(self) -> dict[str, str]:
        """The variables that make another process use the same servers."""
        return {
            "DATABASE_URL": self.database,
            "DATABASE_OWNER_URL": self.owner,
            "SANDBOX_DATABASE_URL": self.sandbox,
            "REDIS_URL": self.redis,
        }


def use(home: Home, environ: Mapping[str, str] = os.environ) -> Addresses:
    """The addresses of the servers, started if need be and held until this process ends.

    ``DATABASE_URL``, ``DATABASE_OWNER_URL``, ``SANDBOX_DATABASE_URL`` and ``REDIS_URL`` in the
    environment replace the embedded servers; what is missing beside ``DATABASE_URL`` is derived.
    Raises ``StartRefused``.
    """
    database, redis = environ.get("DATABASE_URL"), environ.get("REDIS_URL")
    hold = _hold(home, with_postgres=not database, with_valkey=not redis)
    if database:
        owner = environ.get("DATABASE_OWNER_URL") or database
        sandbox = environ.get("SANDBOX_DATABASE_URL") or _beside(owner, "sandbox")
    else:
        database, owner, sandbox = (
            hold.database_url(role, name)
            for role, name in (
                (postgres.APPLICATION, postgres.DATABASE),
                (postgres.OWNER, postgres.DATABASE),
                (postgres.SANDBOX, postgres.SANDBOX_DATABASE),
            )
        )
    return Addresses(
        database, owner, sandbox, redis or hold.redis_url(), "DATABASE_URL" not in environ
    )


def _beside(url: str, suffix: str) -> str:
    """The same server and user, another database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path}_{suffix}"))


class Hold:
    """This process's use of the embedded servers of one home, from now until :meth:`release`."""

    def __init__(self, home: Home, *, with_postgres: bool = True, with_valkey: bool = True):
        self.home = home
        self.process = os.getpid()
        self._lock: int | None = None
        self.ports: dict[str, int] = {}
        if not (with_postgres or with_valkey):
            return
        home.prepare()
        gate = _lock_file(home, "gate")
        fcntl.flock(gate, fcntl.LOCK_EX)
        try:
            self._lock = _lock_file(home, "users")
            fcntl.flock(self._lock, fcntl.LOCK_SH)
            self.ports = self._running() or self._start(with_postgres, with_valkey)
        except BaseException:
            self.release()
            raise
        finally:
            os.close(gate)
        if with_postgres and "postgres" not in self.ports:
            self.release()
            raise StartRefused(
                f"Another process uses the servers of {home.path} without PostgreSQL (DATABASE_URL was set "
                "for it); stop it first, or use another PORTAL_HOME."
            )

    def database_url(self, role: str, database: str) -> str:
        """The address of a database for one of the roles of the embedded cluster."""
        password = self.home.secrets()[_SECRET_OF_ROLE[role]]
        return f"postgresql://{role}:{password}@127.0.0.1:{self.ports['postgres']}/{database}"

    def redis_url(self) -> str:
        """The address of Valkey; where none can run, an address at which nobody answers."""
        port = self.ports.get("valkey", 9)
        return f"redis://:{self.home.secrets()['valkey']}@127.0.0.1:{port}/0"

    def release(self) -> None:
        """Give the servers up, and if nobody else uses them wait until they have stopped."""
        if self._lock is None:
            return
        # Closed, never unlocked: a forked child that lives on still uses the servers.
        os.close(self._lock)
        self._lock = None
        if os.getpid() != self.process:
            return
        give_up = time.monotonic() + STOP_PATIENCE_SECONDS
        seen_in_use = 0  # times in a row: the keeper, too, holds the users' lock for a moment when the last one left
        while time.monotonic() < give_up and keeper_lives(self.home) and seen_in_use < LOOKS:
            seen_in_use = seen_in_use + 1 if self._used_by_others() else 0
            time.sleep(0.01)

    def is_served(self) -> bool:
        """Whether the servers that this process holds are still there; True where it holds none."""
        return self._lock is None or keeper_lives(self.home)

    def _used_by_others(self) -> bool:
        users = _lock_file(self.home, "users")
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(users)
        return False

    def _running(self) -> dict[str, int] | None:
        """The ports of running servers; None where there is no keeper. Waits for one that is busy."""
        notice = self.home.run / "servers.json"
        give_up = time.monotonic() + PATIENCE_SECONDS
        while keeper_lives(self.home):
            try:
                ports: dict[str, int] = json.loads(notice.read_text())["ports"]
                return ports
            except FileNotFoundError:
                if time.monotonic() > give_up:
                    raise StartRefused(
                        f"The servers of {self.home.path} neither start nor stop; look into {self.home.logs}."
                    ) from None
                time.sleep(0.02)
        return None

    def _start(self, with_postgres: bool, with_valkey: bool) -> dict[str, int]:
        orders = json.dumps(self._orders(with_postgres, with_valkey))
        orders_for_keeper, orders_end = os.pipe()
        answer_end, answer_of_keeper = os.pipe()
        with (self.home.logs / "keeper.log").open("wb") as log:
            keeper = subprocess.Popen(
                # No site-packages: the keeper needs none, and starts in a fraction of the time.
                [sys.executable, "-S", "-m", "portal.embedded.keeper"],
                stdin=orders_for_keeper,
                stdout=answer_of_keeper,
                stderr=log,
                cwd=PROJECT,
                env={**os.environ, "PYTHONPATH": str(PROJECT)},
                start_new_session=True,  # Ctrl-C at the terminal is for the user of the servers
            )
        os.close(orders_for_keeper)
        os.close(answer_of_keeper)
        with os.fdopen(orders_end, "w") as sent, os.fdopen(answer_end) as received:
            sent.write(orders)
            sent.close()
            said = received.readline()
        _forget(keeper)
        answer = json.loads(said) if said else {}
        if not answer.get("ready"):
            raise StartRefused(
                answer.get("refused")
                or f"The servers of {self.home.path} did not start; look into {self.home.logs}."
            )
        ports: dict[str, int] = json.loads((self.home.run / "servers.json").read_text())["ports"]
        return ports

    def _orders(self, with_postgres: bool, with_valkey: bool) -> dict[str, Any]:
        secrets = self.home.secrets()
        orders: dict[str, Any] = {"run": str(self.home.run)}
        if with_postgres:
            orders["postgres"] = {
                "folder": str(self.home.postgres),
                "log": str(self.home.logs / "postgres.log"),
                "programs": str(binaries.postgres_programs()),
                "passwords": {role: secrets[name] for role, name in _SECRET_OF_ROLE.items()},
            }
        if with_valkey and (program := binaries.valkey_program()):
            orders["valkey"] = {
                "program": str(program),
                "log": str(self.home.logs / "valkey.log"),
                "password": secrets["valkey"],
            }
        return orders


_SECRET_OF_ROLE = {
    postgres.LAUNCHER: "postgres_launcher",
    postgres.OWNER: "postgres_owner",
    postgres.APPLICATION: "postgres_app",
    postgres.SANDBOX: "postgres_sandbox",
}

_holds: dict[Path, Hold] = {}


def _hold(home: Home, *, with_postgres: bool, with_valkey: bool) -> Hold:
    """The one hold of this process on a home, released when the process ends."""
    if home.path not in _holds:
        _holds[home.path] = hold = Hold(home, with_postgres=with_postgres, with_valkey=with_valkey)
        atexit.register(hold.release)
    return _holds[home.path]


def held(home: Home) -> Hold:
    """The hold that :func:`use` took in this process."""
    return _holds[home.path]


def keeper_lives(home: Home) -> bool:
    """Whether a keeper serves this home now."""
    lock = _lock_file(home, "keeper")
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _lock_file(home: Home, name: str) -> int:
    return os.open(home.run / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _forget(keeper: subprocess.Popen[bytes]) -> None:
    """The keeper outlives us or ends by itself; nobody waits for it here."""
    keeper.returncode = 0
