"""The text of the statements that the door sends. Made once per shape and kept: the shapes are few."""

from functools import cache

from django.db import connection


@cache
def read(model, attnames, known, *, lock=False):
    """Read ``attnames`` of the rows known by the values of ``known``, in the order of their keys."""
    table, key = model._meta.db_table, model._meta.pk.column
    columns = _names(column(model, attname) for attname in attnames)
    where = " AND ".join(f'"{column(model, attname)}" = %s' for attname in known)
    locked = " FOR UPDATE" if lock else ""
    return f'SELECT {columns} FROM "{table}" WHERE {where} ORDER BY "{key}"{locked}'


@cache
def insert(table, columns, rows):
    """Insert that many rows."""
    values = ", ".join([_placeholders(len(columns))] * rows)
    return f'INSERT INTO "{table}" ({_names(columns)}) VALUES {values}'


@cache
def update(model, changed, known, rows, *, empty=None):
    """Set ``changed`` in the rows known by the values of ``known``, and in which ``empty`` (if named) is NULL.

    Takes for each row the new values and then the known ones.
    """
    table = model._meta.db_table
    news, knowns = ([column(model, name) for name in names] for names in (changed, known))
    still = [f't."{column(model, empty)}" IS NULL'] if empty else []
    if rows == 1:
        assignments = ", ".join(f'"{name}" = %s' for name in news)
        where = " AND ".join([*(f't."{name}" = %s' for name in knowns), *still])
        return f'UPDATE "{table}" AS t SET {assignments} WHERE {where}'
    types = [_type(field(model, name)) for name in (*changed, *known)]
    first = "(" + ", ".join(f"%s::{kind}" for kind in types) + ")"
    values = ", ".join([first, *[_placeholders(len(types))] * (rows - 1)])
    names = ", ".join(f"v{place}" for place in range(len(types)))
    assignments = ", ".join(f'"{name}" = v{place}' for place, name in enumerate(news))
    where = " AND ".join(
        [*(f't."{name}" = v{place}' for place, name in enumerate(knowns, len(news))), *still]
    )
    return f'UPDATE "{table}" AS t SET {assignments} FROM (VALUES {values}) AS v({names}) WHERE {where}'


@cache
def field(model, attname):
    return next(field for field in model._meta.concrete_fields if field.attname == attname)


def column(model, attname):
    return field(model, attname).column


def _names(columns):
    return ", ".join(f'"{name}"' for name in columns)


def _placeholders(count):
    return "(" + ", ".join(["%s"] * count) + ")"


def _type(field):
    return field.db_type(connection) if not field.is_relation else field.rel_db_type(connection)
