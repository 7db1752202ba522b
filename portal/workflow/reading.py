"""Rows read under a lock, and rows that every move has to know.

The text of these statements is made once. The ORM makes it for each query anew, which is most of what a small one
costs (docs/benchmarks.md); whatever is not read in every move is read through the ORM.
"""

from functools import cache

from django.db import connection

from portal.workflow import sql


def having(model, **known):
    """The rows of ``model`` that have these values (by attribute name: ``dossier_id=1``), oldest first."""
    attnames = _attnames(model)
    rows = _read(model, attnames, known)
    return [model.from_db(connection.alias, attnames, row) for row in rows]


def locked(model, pk):
    """The row of ``pk``, locked until the transaction ends and read in one round trip.

    Raises ``model.DoesNotExist``. Fields that are left unlocked are read when somebody asks for them.
    """
    attnames = _locked_attnames(model)
    return model.from_db(connection.alias, attnames, _read_locked(model, attnames, pk))


def lock(instance):
    """Lock the row of ``instance`` until the transaction ends and read it afresh, in one round trip."""
    attnames = _locked_attnames(type(instance))
    values = _read_locked(type(instance), attnames, instance.pk)
    for attname, value in zip(attnames, values, strict=True):
        if instance.__dict__.get(attname) != value:
            setattr(instance, attname, value)  # also forgets a related object that was read before
    return instance


def _read_locked(model, attnames, pk):
    rows = _read(model, attnames, {model._meta.pk.attname: pk}, lock=True)
    if not rows:
        raise model.DoesNotExist
    return rows[0]


def _read(model, attnames, known, *, lock=False):
    with connection.cursor() as cursor:
        cursor.execute(sql.read(model, attnames, tuple(known), lock=lock), list(known.values()))
        rows = cursor.fetchall()
    converters = _converters(model, attnames)
    if not converters:
        return rows
    rows = [list(row) for row in rows]
    for row in rows:
        for place, convert in converters:
            row[place] = convert(row[place], None, connection)
    return rows


@cache
def _attnames(model):
    return tuple(field.attname for field in model._meta.concrete_fields)


@cache
def _locked_attnames(model):
    """All but the large ones that no guard looks at."""
    left = getattr(model, "fields_left_unlocked", ())
    return tuple(attname for attname in _attnames(model) if attname not in left)


@cache
def _converters(model, attnames):
    """``(place, converter)`` of what the database hands over as something else."""
    return [
        (place, convert)
        for place, attname in enumerate(attnames)
        for convert in sql.field(model, attname).get_db_converters(connection)
    ]
