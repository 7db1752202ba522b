"""What a move writes: one statement updates the rows and writes history, outbox, deltas and companions.

Round trips are what a move costs (docs/benchmarks.md); the text of the statements is in ``sql.py``.
"""

from collections import defaultdict
from datetime import datetime
from functools import cache

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.utils import timezone
from django_fsm import FSMField
from psycopg.types.json import Jsonb

from portal.workflow import round_trips, sql
from portal.workflow.deltas import rows_of
from portal.workflow.followups import subscribers_of

HISTORY_COLUMNS = (
    "sequence",
    "transition",
    "source",
    "target",
    "at",
    "actor_id",
    "grant_id",
    "details",
)
OUTBOX_COLUMNS = ("key", "subscriber", "payload")
MOST_AT_ONCE = 500  # a statement takes 65,535 values
# Of these fields Django hands values of these types to the driver as they are; asking it for each value takes longer
# than sending it.
READY = {
    field: frozenset({kind, type(None)})
    for kind, fields in {
        int: (
            models.ForeignKey,
            models.IntegerField,
            models.BigIntegerField,
            models.SmallIntegerField,
            models.PositiveIntegerField,
            models.PositiveSmallIntegerField,
        ),
        str: (models.CharField, models.TextField, FSMField),
        datetime: (models.DateTimeField,),
    }.items()
    for field in fields
}
SET = 20  # rows from which on they are sent as a list for each column: a text of its own for each number costs more
DELTA_COLUMNS = ("metric", "day", "agency", "service", "channel", "quantity", "amount")


def snapshot(instance):
    """The values a move may change, to see afterwards which it did."""
    return instance.__dict__.copy()


@cache
def _attnames(model):
    return frozenset(field.attname for field in model._meta.concrete_fields)


@cache
def _touched_fields(model):
    return [f.attname for f in model._meta.concrete_fields if getattr(f, "auto_now", False)]


def touch(instance):
    """What ``save()`` would do for ``auto_now`` fields: real time, as everywhere in Django."""
    for attname in _touched_fields(type(instance)):
        instance.__dict__[attname] = timezone.now()


def changes(instance, before):
    """``{attname: value}`` of the columns that differ from ``before``."""
    columns = _attnames(type(instance))
    return {
        attname: value
        for attname, value in instance.__dict__.items()
        if value is not before.get(attname, value)
        and value != before[attname]
        and attname in columns
    }


def undo(instance, before):
    """Leave nothing of a refused move on ``instance``: the next one must not write it."""
    columns = _attnames(type(instance))
    for attname, value in before.items():
        if instance.__dict__.get(attname) is not value and attname in columns:
            setattr(instance, attname, value)  # also forgets a related object that was put there


def add(instance):
    """Insert a new row, as ``save()`` would, by a statement that is made once; its key is set.

    For rows that go with every dossier. Signals and ``save()`` of the model are passed over.
    """
    attnames = _filled_by_us(type(instance))
    text = sql.insert_one(type(instance), attnames)
    [(instance.pk,)] = round_trips.rows(text, _values(instance, attnames))
    instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS
    return instance


def write(moves):
    """Write ``moves`` (of one machine, at most :data:`MOST_AT_ONCE`) with all that goes with them, in one statement.

    Two where a row begins in place of one that ends: within one statement nobody says which is first.
    """
    endings, beginnings = _endings(moves), _beginnings(moves)
    later = [beginnings.pop(model) for model, _part in endings if model in beginnings]
    main, values_of_main = _moved(moves)
    texts, values = zip(
        _recorded(moves),
        *_inserted(_model("OutboxEvent"), OUTBOX_COLUMNS, _outbox_rows(moves)),
        *_inserted(_model("Delta"), DELTA_COLUMNS, _delta_rows(moves)),
        *(part for _model, part in endings),
        *beginnings.values(),
        strict=True,
    )
    # Cannot differ while every caller locks first; if one does not, nothing must be half-written.
    round_trips.change(
        sql.together(main, texts),
        [value for part in (*values, values_of_main) for value in part],
        number=len(moves),
    )
    for text, values_of_later in later:
        round_trips.count(text, values_of_later)


# Each part of a statement is its text and its values. ------------------------------------


def _moved(moves):
    model = type(moves[0].instance)
    changed = tuple(sorted({attname for move in moves for attname in move.changes}))
    return _updated(
        model,
        changed,
        ("pk", "state"),
        [[*_values(move.instance, changed), move.instance.pk, move.source] for move in moves],
    )


def _recorded(moves):
    model = type(moves[0].instance)
    history = model.history_model
    own = (model.history_link + "_id", *moves[0].instance.history_context())
    columns = (*HISTORY_COLUMNS, *(sql.column(history, attname) for attname in own))
    rows = [
        [
            move.instance.sequence,
            move.transition,
            move.source,
            move.target,
            move.at,
            move.by.pk if move.by is not None else None,
            move.grant.pk if move.grant is not None else None,
            _json(move.details),
            move.instance.pk,
            *move.instance.history_context().values(),
        ]
        for move in moves
    ]
    [part] = _inserted(history, columns, rows)
    return part


def _endings(moves):
    """``[(model, part)]``: what existing companions become."""
    changed, ended = {}, {}
    for move in moves:
        for companion, attnames in move.changed:
            row = [*_values(companion, attnames), companion.pk]
            changed.setdefault((type(companion), attnames), []).append(row)
        for model, attname, value in move.ended:
            ended.setdefault((model, attname), []).append([value, move.instance.pk])
    return [
        *(
            (model, _updated(model, attnames, ("pk",), rows))
            for (model, attnames), rows in changed.items()
        ),
        *(
            (model, _updated(model, (attname,), (_owner(model, moves),), rows, empty=attname))
            for (model, attname), rows in ended.items()
        ),
    ]


def _beginnings(moves):
    """``{model: part}``: the new companions."""
    begun = {}
    for move in moves:
        for companion in move.begun:
            begun.setdefault(type(companion), []).append(companion)
    parts = {}
    for model, companions in begun.items():
        attnames = _filled_by_us(model)
        columns = tuple(sql.column(model, attname) for attname in attnames)
        rows = [_values(companion, attnames) for companion in companions]
        [parts[model]] = _inserted(model, columns, rows)
    return parts


def _inserted(model, columns, rows):
    """One part, or none where there are no rows."""
    rows = list(rows)
    if len(rows) >= SET and not sql.has_lists(model, columns):
        yield sql.insert_set(model, columns), _by_column(rows)
    elif rows:
        text = sql.insert(model._meta.db_table, columns, len(rows))
        yield text, [value for row in rows for value in row]


def _updated(model, changed, known, rows, *, empty=None):
    known = tuple(model._meta.pk.attname if attname == "pk" else attname for attname in known)
    columns = [sql.column(model, attname) for attname in (*changed, *known)]
    if len(rows) >= SET and empty is None and not sql.has_lists(model, columns):
        return sql.update_set(model, changed, known), _by_column(rows)
    text = sql.update(model, changed, known, len(rows), empty=empty)
    return text, [value for row in rows for value in row]


def _by_column(rows):
    """A list for each column, as PostgreSQL reads it. psycopg would ask of each value again what it is."""
    return ["{" + ",".join(_in_list(values)) + "}" for values in zip(*rows, strict=True)]


def _in_list(values):
    first = values[0]
    if values.count(first) == len(values):  # as most columns of a set are
        return [_IN_LIST[type(first)](first)] * len(values)
    return [_IN_LIST[type(value)](value) for value in values]


def _quoted(value):
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


_IN_LIST = defaultdict(
    lambda: _quoted,
    {
        int: str,
        bool: str,
        type(None): lambda _nothing: "NULL",
        Jsonb: lambda value: _quoted(value.dumps(value.obj)),
    },
)


@cache
def _model(name):
    return apps.get_model("workflow", name)


def _values(instance, attnames):
    database = connections[DEFAULT_DB_ALIAS]  # the proxy of the present one is slow
    values = []
    for attname, prepare, as_they_are in _preparing(type(instance), attnames):
        value = getattr(instance, attname)
        values.append(value if type(value) in as_they_are else prepare(value, database))
    return values


@cache
def _preparing(model, attnames):
    """``(attname, what makes a value ready for the database, types that are ready)``."""
    fields = [(attname, sql.field(model, attname)) for attname in attnames]
    return [
        (attname, field.get_db_prep_save, READY.get(type(field), frozenset()))
        for attname, field in fields
    ]


@cache
def _filled_by_us(model):
    """All columns but those that the database fills."""
    return tuple(
        field.attname
        for field in model._meta.concrete_fields
        if not (field.primary_key or field.has_db_default() or field.generated)
    )


def _owner(model, moves):
    """The attribute by which ``model`` belongs to what is moved."""
    return next(
        field.attname
        for field in model._meta.concrete_fields
        if field.related_model is type(moves[0].instance)
    )


def _outbox_rows(moves):
    for move in moves:
        payload = None
        for subscriber in subscribers_of(move.label, move.transition):
            payload = payload or _json(
                {
                    "label": move.label,
                    "instance_id": move.instance.pk,
                    "transition": move.transition,
                    "sequence": move.instance.sequence,
                    "details": move.details,
                }
            )
            yield [
                f"{subscriber}:{move.label}:{move.instance.pk}:{move.instance.sequence}",
                subscriber,
                payload,
            ]


def _delta_rows(moves):
    for move in moves:
        for row in rows_of(move):
            yield [
                row.metric,
                row.day,
                row.agency,
                row.service,
                row.channel,
                row.quantity,
                row.amount,
            ]


_json = DjangoJSONEncoder().encode  # the text; PostgreSQL takes it for what the column holds
