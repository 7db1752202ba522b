"""The payment sandbox: a program of its own, with its own settings, database and role."""

import os
import subprocess
import sys

import psycopg
from django.conf import settings

from portal.embedded import postgres, servers
from portal.embedded.errors import StartRefused
from portal.embedded.kept_database import KeptDatabase
from portal.embedded.processes import Worker
from portal.embedded.web import status_of

SETTINGS = "payments.sandbox.settings"
# Whatever of the portal's own the sandbox must not even see.
HIDDEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "PORTAL_HOME")


def environment() -> dict[str, str]:
    """What the sandbox is told: its database, its port, and the merchant that the portal is to it."""
    kept = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    gateway = settings.GATEWAY
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "SANDBOX_DATABASE_URL": settings.SERVERS.sandbox,
        "PORTAL_SANDBOX_PORT": str(settings.PORTAL_SANDBOX_PORT),
        "GATEWAY_TMN_CODE": gateway["tmn_code"],
        "GATEWAY_SECRET": gateway["secret"],
        "SANDBOX_PUBLIC_URL": kept.get("SANDBOX_PUBLIC_URL")
        or f"http://localhost:{settings.PORTAL_SANDBOX_PORT}",
        "SANDBOX_MERCHANT_IPN_URL": f"http://localhost:{settings.PORTAL_PORT}/pay/ipn/",
        "SANDBOX_MERCHANT_CONFIRM_URL": (
            f"http://localhost:{settings.PORTAL_PORT}/pay/platform/confirm/"
        ),
        "SANDBOX_MERCHANT_RETURN_URL": f"http://localhost:{settings.PORTAL_PORT}/dossiers/",
    }


def start(worker: Worker) -> None:
    """Bring its tables up to date where they are not, and start it."""
    if _migrations_missing():
        _migrate()
    words = [sys.executable, "-m", "granian", "payments.sandbox.wsgi:application"]
    words += ["--interface", "wsgi", "--host", "127.0.0.1", "--workers", "1", "--no-ws"]
    words += ["--blocking-threads", "4"]  # each holds a connection to the database
    words += ["--port", str(settings.PORTAL_SANDBOX_PORT), "--workers-kill-timeout", "5"]
    worker.execute(words, environment(), settings.BASE_DIR)


def answers() -> bool:
    """Whether the sandbox serves pages."""
    return status_of(settings.PORTAL_SANDBOX_PORT, "/livez") == 200


def _migrations_missing() -> bool:
    folder = settings.BASE_DIR / "payments" / "sandbox" / "migrations"
    with _connection() as database:
        applied = set()
        known = database.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone()
        if known[0]:
            rows = database.execute("SELECT name FROM django_migrations").fetchall()
            applied = {name for (name,) in rows}
    return not {file.stem for file in folder.glob("[0-9]*.py")} <= applied


def _migrate() -> None:
    try:
        _command("migrate", "--verbosity", "0")
    except StartRefused as refusal:
        raise StartRefused(
            "The tables of the payment sandbox could not be made (“make reset” begins anew): "
            f"{refusal}"
        ) from refusal


def register_merchant(words: list[str]) -> str:
    """Register one more merchant, whether the sandbox runs or not; returns one line of JSON.

    ``words`` are the sandbox's own command's. Raises ``StartRefused`` with what that refuses.
    """
    if not kept_database().exists():  # derived from DATABASE_URL: nobody has made it yet
        kept_database().begin_anew()
    if _migrations_missing():
        _migrate()
    return _command("sandbox_merchant", *words).strip()


def _command(*words: str) -> str:
    """Run a command of the sandbox's own Django project; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "django", *words],
        cwd=settings.BASE_DIR,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        raise StartRefused(lines[-1].removeprefix("CommandError: "))
    return done.stdout


def kept_database() -> KeptDatabase:
    """The sandbox's database, in the hands of somebody who may make it anew."""
    url = settings.SERVERS.sandbox
    if settings.SERVERS.embedded:
        launcher = servers.held(settings.HOME).database_url(postgres.LAUNCHER, "postgres")
        return KeptDatabase(url, administrator=launcher, owner=postgres.SANDBOX)
    return KeptDatabase(url, administrator=url)


def _connection() -> psycopg.Connection:
    try:
        return psycopg.connect(settings.SERVERS.sandbox, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise StartRefused(
            f"The database of the payment sandbox does not answer: {str(error).strip().splitlines()[0]}"
        ) from error
