"""Test databases: one template, migrated by the owner, and clones of it that take some 50 ms each."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from portal.catalogue.loading import load_catalogue

PREFIX = "test_"
TEMPLATES_KEPT = 6


@dataclass(frozen=True)
class TestDatabase:
    """A clone of the template; ``url`` is for the application role, ``owner_url`` for the owner."""

    __test__ = False
    name: str
    url: str
    owner_url: str

    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to work on this database."""
        return {"DATABASE_URL": self.url, "DATABASE_OWNER_URL": self.owner_url}


def named(name: str) -> TestDatabase:
    """The addresses of a database of this name in the test cluster."""
    return TestDatabase(
        name, _renamed(settings.SERVERS.database, name), _renamed(settings.SERVERS.owner, name)
    )


def template() -> str:
    """The name of the template for the migrations as they are now; built where there is none yet."""
    name = f"template_{_fingerprint()}"
    with _one_at_a_time(), _administration() as server:
        if not _exists(server, name):
            _build(server, name)
        _forget_old_templates(server, "template_", name)
    return name


def template_with_catalogue(empty_template: str) -> str:
    """The name of the template that holds every agency and public service besides; built where there is none yet."""
    name = f"catalogue_{_fingerprint_of_catalogue(empty_template)}"
    with _one_at_a_time(), _administration() as server:
        if not _exists(server, name):
            draft = f"{name}_draft"
            _drop(server, draft)
            _copy(server, draft, empty_template)
            with _connected_to(draft):
                load_catalogue()
            _keep_as_template(server, draft, name)
        _forget_old_templates(server, "catalogue_", name)
    return name


def clone(template_name: str, name: str) -> TestDatabase:
    """A fresh copy of the template under a new name."""
    with _administration() as server:
        _drop(server, name)
        _copy(server, name, template_name)
    return named(name)


def empty(name: str) -> TestDatabase:
    """A new database without any table."""
    with _administration() as server:
        _drop(server, name)
        _execute(server, "CREATE DATABASE {}", name)
        _let_application_in(server, name)
    return named(name)


def drop(name: str) -> None:
    """Remove a database, with whoever still looks at it."""
    with _administration() as server:
        _drop(server, name)


def drop_those_of_ended_runs() -> None:
    """Remove what test runs left behind that were killed."""
    with _administration() as server:
        rows = server.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, 'test_')"
        ).fetchall()
        for (name,) in rows:
            process = name.removeprefix(PREFIX).split("_", 1)[0]
            if process.isdigit() and not Path(f"/proc/{process}").exists():
                _drop(server, name)


def database_in_use() -> str:
    """The name of the database that connections open now."""
    return connections.settings["default"]["NAME"]


def point_connections_at(name: str) -> None:
    """Make every alias, in every thread, open its next connection to this database."""
    connections.close_all()
    for alias in connections:
        connections.settings[alias]["NAME"] = name


def _build(server, name):
    draft = f"{name}_draft"
    _drop(server, draft)
    _execute(server, "CREATE DATABASE {}", draft)
    _let_application_in(server, draft)
    with _connected_to(draft):
        call_command("migrate", database="owner", verbosity=0, interactive=False)
    _keep_as_template(server, draft, name)


def _copy(server, name, template_name):
    _execute(server, "CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log", name, template_name)
    _let_application_in(server, name)


@contextlib.contextmanager
def _connected_to(name) -> Iterator[None]:
    before = database_in_use()
    point_connections_at(name)
    try:
        yield
    finally:
        point_connections_at(before)


def _keep_as_template(server, draft, name):
    _execute(server, "ALTER DATABASE {} RENAME TO {}", draft, name)
    _execute(server, "ALTER DATABASE {} ALLOW_CONNECTIONS false", name)


def _fingerprint() -> str:
    """Changes with any migration of ours, and with the list of anybody else's."""
    seen = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        ours = Path(config.path).is_relative_to(settings.BASE_DIR / "portal") or config.label in (
            "dossiers",
            "payments",
        )
        for file in sorted(Path(config.path, "migrations").glob("*.py")):
            seen.update(f"{config.label}/{file.name}".encode())
            if ours:
                seen.update(file.read_bytes())
    seen.update((settings.BASE_DIR / "portal" / "workflow" / "grants.py").read_bytes())
    return seen.hexdigest()[:16]


def _fingerprint_of_catalogue(empty_template) -> str:
    """Changes with the schema, with any file of agencies or services, and with what loads them."""
    seen = hashlib.sha256(empty_template.encode())
    for room in ("agencies", "catalogue"):
        folder = settings.BASE_DIR / "portal" / room
        for file in sorted(folder.rglob("*")):
            if file.suffix in {".py", ".toml", ".csv"}:
                seen.update(f"{room}/{file.relative_to(folder)}".encode())
                seen.update(file.read_bytes())
    return seen.hexdigest()[:16]


def _forget_old_templates(server, prefix, current):
    rows = server.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datname <> %s "
        "ORDER BY oid DESC OFFSET %s",
        [prefix, current, TEMPLATES_KEPT - 1],
    ).fetchall()
    for (name,) in rows:
        # Another run may be copying it at this moment; it goes the next time then.
        with contextlib.suppress(psycopg.errors.ObjectInUse):
            _execute(server, "DROP DATABASE IF EXISTS {}", name)


@contextlib.contextmanager
def _administration() -> Iterator[psycopg.Connection]:
    with psycopg.connect(_renamed(settings.SERVERS.owner, "postgres"), autocommit=True) as server:
        yield server


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (settings.HOME.run / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _let_application_in(server, name):
    _execute(server, "REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC", name)
    _execute(
        server, "GRANT CONNECT ON DATABASE {} TO {}", name, settings.DATABASES["default"]["USER"]
    )


def _exists(server, name) -> bool:
    return bool(server.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount)


def _drop(server, name):
    _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _execute(server, statement: str, *names: str):
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _renamed(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def clone_name(worker: str, number: int | None = None) -> str:
    """The name of a clone of this process: its number tells later runs whether it still lives."""
    return f"{PREFIX}{os.getpid()}_{worker}" + ("" if number is None else f"_{number}")
