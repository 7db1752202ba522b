"""Whether a database has the tables that this code expects."""

from functools import cache
from pathlib import Path

from django.apps import apps


@cache
def migrations_on_disk() -> frozenset[tuple[str, str]]:
    """``(app, name)`` of every migration of every installed app, read from the folders: no import."""
    return frozenset(
        (config.label, file.stem)
        for config in apps.get_app_configs()
        for file in Path(config.path, "migrations").glob("[0-9]*.py")
    )


def unapplied_migrations(connection) -> list[str]:
    """``app.name`` of the migrations that this database lacks; all of them where it is empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        applied = set()
        if cursor.fetchone()[0]:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    return sorted(f"{app}.{name}" for app, name in migrations_on_disk() - applied)
