"""A database that can be copied, put back as it was, and begun anew, all within a second.

What state it is in is written on the database itself, as its comment, so that it can be neither
lost nor mixed up with another.
"""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from portal.embedded.errors import StartRefused


@dataclass(frozen=True)
class KeptDatabase:
    """The database at ``url``; its copy is another database of the same server, named ``…_story``.

    ``administrator`` is a URL of somebody on that server who may create databases; it belongs to
    ``owner`` where that is somebody else. ``guest`` is the role that may connect beside the owner.
    """

    url: str
    administrator: str
    owner: str | None = None
    guest: str | None = None

    @property
    def name(self) -> str:
        return unquote(urlsplit(self.url).path.lstrip("/"))

    @property
    def copy(self) -> str:
        return f"{self.name}_story"

    def server_version(self) -> int:
        """As PostgreSQL counts: 180004 for 18.4."""
        with self._administration() as server:
            return server.info.server_version

    def mark(self) -> dict:
        """What :meth:`write_mark` has written on the database; ``{}`` where nothing is written."""
        with self._administration() as server:
            return _mark_of(server, self.name)

    def write_mark(self, **content) -> None:
        """Replace what is written on the database."""
        with self._administration() as server:
            _write_mark(server, self.name, content)

    def exists(self) -> bool:
        with self._administration() as server:
            return _exists(server, self.name)

    def has_copy(self) -> bool:
        with self._administration() as server:
            return _exists(server, self.copy)

    def keep_copy(self) -> None:
        """Keep the database as it is now, in place of a former copy. Nobody may be connected to it."""
        with self._administration() as server:
            _drop(server, self.copy)
            self._create(server, self.copy, template=self.name)
            _write_mark(server, self.copy, _mark_of(server, self.name))
            _execute(server, "ALTER DATABASE {} ALLOW_CONNECTIONS false", self.copy)

    def put_back(self) -> None:
        """Replace the database by its copy; whoever is connected is cut off."""
        with self._administration() as server:
            _drop(server, self.name)
            self._create(server, self.name, template=self.copy)
            _write_mark(server, self.name, _mark_of(server, self.copy))

    def begin_anew(self) -> None:
        """An empty database and no copy."""
        with self._administration() as server:
            _drop(server, self.copy)
            _drop(server, self.name)
            self._create(server, self.name)

    def _create(self, server, name: str, template: str | None = None) -> None:
        statement, names = "CREATE DATABASE {}", [name]
        if self.owner:
            statement, names = statement + " OWNER {}", [*names, self.owner]
        if template:
            statement, names = statement + " TEMPLATE {} STRATEGY file_copy", [*names, template]
        _execute(server, statement, *names)
        # Rights on the database itself are not copied.
        _execute(server, "REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC", name)
        if self.guest:
            _execute(server, "GRANT CONNECT ON DATABASE {} TO {}", name, self.guest)

    @contextlib.contextmanager
    def _administration(self) -> Iterator[psycopg.Connection]:
        """A connection to the server, not to the database: that one may come and go."""
        elsewhere = urlunsplit(urlsplit(self.administrator)._replace(path="/postgres"))
        role = urlsplit(self.administrator).username
        try:
            with psycopg.connect(elsewhere, autocommit=True, connect_timeout=5) as server:
                yield server
        except psycopg.errors.InsufficientPrivilege as error:
            raise StartRefused(
                f"The role {role} must own the database {self.name} and may create databases: "
                f"{_first_line(error)}"
            ) from error
        except psycopg.OperationalError as error:
            raise StartRefused(
                f"PostgreSQL does not do what {role} asks of it for the database {self.name}: "
                f"{_first_line(error)}"
            ) from error


def _mark_of(server, name: str) -> dict:
    row = server.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
    ).fetchone()
    try:
        return json.loads(row[0]) if row and row[0] else {}
    except ValueError:
        return {}  # somebody else's comment


def _write_mark(server, name: str, content: dict) -> None:
    server.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(
            sql.Identifier(name), sql.Literal(json.dumps(content))
        )
    )


def _exists(server, name: str) -> bool:
    return server.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount == 1


def _drop(server, name: str) -> None:
    _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _execute(server, statement: str, *names: str) -> None:
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
