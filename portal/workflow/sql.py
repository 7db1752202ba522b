"""The text of the statements that the door sends. Made once per shape and kept: the shapes are few."""

from functools import cache, lru_cache

from django.db import connection

from portal.clock import ROW as CLOCK_ROW


@cache
def read(model, attnames, known):
    """Read ``attnames`` of the rows known by the values of ``known``, in the order of their keys."""
    names = _names(column(model, attname) for attname in attnames)
    where = " AND ".join(f'"{column(model, attname)}" = %s' for attname in known)
    table, key = model._meta.db_table, model._meta.pk.column
    return f'SELECT {names} FROM "{table}" WHERE {where} ORDER BY "{key}"'


@cache
def lock(model, attnames, known, links=(), *, clock=False):
    """Lock the row known by ``known`` after those to which its foreign keys ``links`` point, and read them.

    ``attnames`` are those of the links in their order and then the row's own, a tuple each; with ``clock``, the row of
    the portal clock follows. PostgreSQL locks in the order in which ``OF`` names the tables.
    Keys never change, so the lock lets others write rows that point to this one; a full ``FOR UPDATE`` would make them
    wait at their commit, with locks of their own, in whatever order their foreign keys are checked.
    """
    names = [f"t{place}" for place in range(len(links))] + ["t"]
    others = [model._meta.get_field(link) for link in links]
    models = [*(other.related_model for other in others), model]
    columns = [
        f'{name}."{column(each, attname)}"'
        for name, each, own in zip(names, models, attnames, strict=True)
        for attname in own
    ]
    tables = [f'"{model._meta.db_table}" AS t']
    for name, other in zip(names, others, strict=False):
        tables.append(
            f'JOIN "{other.related_model._meta.db_table}" AS {name} '
            f'ON {name}."{other.target_field.column}" = t."{other.column}"'
        )
    if clock:
        columns.append("clock.*")
        tables.append(f"LEFT JOIN ({CLOCK_ROW}) AS clock ON true")
    where = " AND ".join(f't."{column(model, attname)}" = %s' for attname in known)
    return (
        f"SELECT {', '.join(columns)} FROM {' '.join(tables)} WHERE {where} "
        f"FOR NO KEY UPDATE OF {', '.join(names)}"
    )


@cache
def insert(table, columns, rows):
    """Insert that many rows."""
    values = ", ".join([_placeholders(len(columns))] * rows)
    return f'INSERT INTO "{table}" ({_names(columns)}) VALUES {values}'


@cache
def insert_set(model, columns):
    """Insert however many rows: takes a list for each of ``columns``. The text stays the same, and is read once."""
    lists = ", ".join(f"%s::{_plain_type(of_column(model, name))}[]" for name in columns)
    return f'INSERT INTO "{model._meta.db_table}" ({_names(columns)}) SELECT * FROM unnest({lists})'


@cache
def update_set(model, changed, known):
    """:func:`update` for however many rows: takes a list for each of ``changed`` and then of ``known``."""
    news, knowns = ([column(model, name) for name in names] for names in (changed, known))
    lists = ", ".join(f"%s::{_plain_type(field(model, name))}[]" for name in (*changed, *known))
    names = ", ".join(f"v{place}" for place in range(len(news) + len(knowns)))
    assignments = ", ".join(f'"{name}" = v{place}' for place, name in enumerate(news))
    where = " AND ".join(f't."{name}" = v{place}' for place, name in enumerate(knowns, len(news)))
    return (
        f'UPDATE "{model._meta.db_table}" AS t SET {assignments} '
        f"FROM unnest({lists}) AS v({names}) WHERE {where}"
    )


def has_lists(model, columns):
    """Whether one of ``columns`` holds a list itself: then lists of its values say something else."""
    return any(_plain_type(of_column(model, name)).endswith("]") for name in columns)


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
def insert_one(model, attnames):
    """Insert one row and give its key."""
    columns = tuple(column(model, attname) for attname in attnames)
    return f'{insert(model._meta.db_table, columns, 1)} RETURNING "{model._meta.pk.column}"'


@lru_cache(maxsize=1000)
def together(main, parts):
    """One statement that does ``main`` and, whatever it finds, all ``parts``; its count is that of ``main``."""
    named = ", ".join(f"part{number} AS ({text})" for number, text in enumerate(parts))
    return f"WITH {named} {main}"


@cache
def field(model, attname):
    return next(field for field in model._meta.concrete_fields if field.attname == attname)


def column(model, attname):
    return field(model, attname).column


@cache
def of_column(model, column):
    return next(field for field in model._meta.concrete_fields if field.column == column)


def _names(columns):
    return ", ".join(f'"{name}"' for name in columns)


def _placeholders(count):
    return "(" + ", ".join(["%s"] * count) + ")"


def _type(field):
    return field.db_type(connection) if not field.is_relation else field.rel_db_type(connection)


def _plain_type(field):
    """Without its length: a cast to that would cut what is too long instead of refusing it."""
    return _type(field).partition("(")[0]
