"""Rows read under a lock, and rows that every move has to know.

The text of these statements is made once. The ORM makes it for each query anew, which is most of what a small one
costs (docs/benchmarks.md); whatever is not read in every move is read through the ORM.
"""

from functools import cache

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.base import ModelState

from portal import clock
from portal.workflow import round_trips, sql


def having(model, **known):
    """The rows of ``model`` that have these values (by attribute name: ``dossier_id=1``), oldest first."""
    attnames = _attnames(model)
    rows = round_trips.rows(sql.read(model, attnames, tuple(known)), list(known.values()))
    return _instances(model, attnames, rows)


def lock(instance):
    """Lock the row of ``instance`` until the transaction ends and read it afresh, in one round trip.

    Raises ``DoesNotExist`` of its model. Fields that are left unlocked stay as they are.
    """
    model = type(instance)
    attnames = _locked_attnames(model)
    values = _locked(model, (attnames,), {model._meta.pk.attname: instance.pk})
    if values is None:
        raise model.DoesNotExist
    held = instance.__dict__
    [values] = _converted(model, attnames, [values])
    for attname, value in zip(attnames, values, strict=True):
        if held.get(attname) != value:
            setattr(instance, attname, value)  # also forgets a related object that was read before
    return instance


def locked(model, pk):
    """The row of ``pk``, locked until the transaction ends and read in one round trip.

    Raises ``model.DoesNotExist``. Fields that are left unlocked are read when somebody asks for them.
    """
    instance = locked_along(model, **{model._meta.pk.attname: pk})
    if instance is None:
        raise model.DoesNotExist
    return instance


def locked_set(queryset):
    """The rows of ``queryset``, locked until the transaction ends, in the order of their keys.

    They have what their model names in ``read_together`` as related objects. Whole rows only: a queryset that leaves
    columns out or adds some is refused (``TypeError``).
    """
    found = queryset.order_by("pk").select_for_update(of=("self",), no_key=True)
    if found.query.annotations or found.query.deferred_loading[0] or found.query.select_related:
        raise TypeError("a set of moves needs whole rows, and these alone")
    try:
        text, values = found.query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    except EmptyResultSet:
        return []
    model = queryset.model
    attnames = _attnames(model)
    instances = _instances(model, attnames, round_trips.all_rows(text, values))
    for path in model.read_together:
        _relate(instances, path)
    return instances


def locked_along(model, *links, **known):
    """The row of ``model`` known by these values, locked after the rows to which its foreign keys ``links`` point.

    They are locked in the order named, the row itself last, and read, all in one round trip; the row has the others as
    its related objects. ``None`` if there is no such row. Fields that are left unlocked are read when somebody asks.
    """
    models = [*(model._meta.get_field(link).related_model for link in links), model]
    attnames = tuple(_locked_attnames(each) for each in models)
    values = _locked(model, attnames, known, links)
    if values is None:
        return None
    objects, first = [], 0
    for each, own in zip(models, attnames, strict=True):
        objects += _instances(each, own, [values[first : first + len(own)]])
        first += len(own)
    *others, instance = objects
    for link, other in zip(links, others, strict=True):
        setattr(instance, link, other)
    return instance


def _locked(model, attnames, known, links=()):
    """The values of one row, or ``None``. The portal clock comes along where this span has not read it yet."""
    with_clock = clock.is_unread()
    text = sql.lock(model, attnames, tuple(known), links, clock=with_clock)
    rows = round_trips.rows(text, list(known.values()))
    if not rows:
        return None
    [values] = rows
    if with_clock:
        *values, ahead, demo = values
        clock.take(ahead, demo)
    return values


def _instances(model, attnames, rows):
    """What ``from_db`` gives, without what ``__init__`` asks of each field: that takes longer than reading the row."""
    made = []
    for row in _converted(model, attnames, rows):
        instance = model.__new__(model)
        state = instance._state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        instance.__dict__.update(zip(attnames, row, strict=True))
        made.append(instance)
    return made


def _relate(instances, path):
    """Give each of ``instances`` its related object along ``path``, as ``prefetch_related`` does: one query a step."""
    if not instances:
        return
    link, _dot, further = path.partition("__")
    field = instances[0]._meta.get_field(link)
    keys = {instance.__dict__[field.attname] for instance in instances} - {None}
    found = field.related_model._base_manager.in_bulk(keys)
    if further:
        _relate(list(found.values()), further)
    attname, kept_as = field.attname, field.cache_name
    for instance in instances:
        key = instance.__dict__[attname]
        if key is not None:
            instance._state.fields_cache[kept_as] = found[key]


def _converted(model, attnames, rows):
    """The rows with what the database hands over as something else turned into what Django says it is."""
    converters = _converters(model, attnames)
    if not converters:
        return rows
    database = connections[DEFAULT_DB_ALIAS]
    rows = [list(row) for row in rows]
    for row in rows:
        for place, convert in converters:
            row[place] = convert(row[place], None, database)
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
        for convert in sql.field(model, attname).get_db_converters(connections[DEFAULT_DB_ALIAS])
    ]
