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
MOST_AT_ONCE = 250  # while the server writes so many, the next are judged (docs/benchmarks.md)
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
    [(instance.pk,)] = round_trips.rows(text, _row_by_row(_columns([instance], attnames)))
    instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS
    return instance


def write(moves, *, more=False):
    """Write ``moves`` (of one machine, at most :data:`MOST_AT_ONCE`) with all that goes with them, in one statement.

    Two where a row begins in place of one that ends: within one statement nobody says which is first. With ``more``
    to come the server may still be at it on return (``round_trips.begin``).
    """
    endings, beginnings = _endings(moves), _beginnings(moves)
    later = [beginnings.pop(model) for model, _part in endings if model in beginnings]
    main, values_of_main = _moved(moves)
    texts, values = zip(
        _recorded(moves),
        *_inserted(_model("OutboxEvent"), OUTBOX_COLUMNS, _outbox_columns(moves)),
        *_inserted(_model("Delta"), DELTA_COLUMNS, _delta_columns(moves)),
        *(part for _model, part in endings),
        *beginnings.values(),
        strict=True,
    )
    # Cannot differ while every caller locks first; if one does not, nothing must be half-written.
    change = round_trips.begin if more else round_trips.change
    change(
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
    instances = [move.instance for move in moves]
    return _updated(
        model,
        changed,
        ("pk", "state"),
        [
            *_columns(instances, changed),
            [instance.pk for instance in instances],
            [move.source for move in moves],
        ],
    )


def _recorded(moves):
    model = type(moves[0].instance)
    history = model.history_model
    contexts = [move.instance.history_context() for move in moves]
    own = (model.history_link + "_id", *contexts[0])
    names = (*HISTORY_COLUMNS, *(sql.column(history, attname) for attname in own))
    columns = [
        [move.instance.sequence for move in moves],
        [move.transition for move in moves],
        [move.source for move in moves],
        [move.target for move in moves],
        [move.at for move in moves],
        [move.by.pk if move.by is not None else None for move in moves],
        [move.grant.pk if move.grant is not None else None for move in moves],
        [_details(move) for move in moves],
        [move.instance.pk for move in moves],
        *([context[attname] for context in contexts] for attname in contexts[0]),
    ]
    [part] = _inserted(history, names, columns)
    return part


def _endings(moves):
    """``[(model, part)]``: what existing companions become."""
    changed, ended = {}, {}
    for move in moves:
        for companion, attnames in move.changed:
            changed.setdefault((type(companion), attnames), []).append(companion)
        for model, attname, value in move.ended:
            ended.setdefault((model, attname), []).append((value, move.instance.pk))
    return [
        *(
            (
                model,
                _updated(
                    model,
                    attnames,
                    ("pk",),
                    [*_columns(companions, attnames), [companion.pk for companion in companions]],
                ),
            )
            for (model, attnames), companions in changed.items()
        ),
        *(
            (
                model,
                _updated(
                    model,
                    (attname,),
                    (_owner(model, moves),),
                    zip(*rows, strict=True),
                    empty=attname,
                ),
            )
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
        names = tuple(sql.column(model, attname) for attname in attnames)
        [parts[model]] = _inserted(model, names, _columns(companions, attnames))
    return parts


def _inserted(model, names, columns):
    """One part, or none where there are no rows. ``columns`` has a list of values for each of ``names``."""
    columns = list(columns)
    number = len(columns[0]) if columns else 0
    if number >= SET and not sql.has_lists(model, names):
        yield sql.insert_set(model, names), [_as_list(values) for values in columns]
    elif number:
        yield sql.insert(model._meta.db_table, names, number), _row_by_row(columns)


def _updated(model, changed, known, columns, *, empty=None):
    known = tuple(model._meta.pk.attname if attname == "pk" else attname for attname in known)
    names = [sql.column(model, attname) for attname in (*changed, *known)]
    columns = list(columns)
    number = len(columns[0])
    if number >= SET and empty is None and not sql.has_lists(model, names):
        return sql.update_set(model, changed, known), [_as_list(values) for values in columns]
    return sql.update(model, changed, known, number, empty=empty), _row_by_row(columns)


def _row_by_row(columns):
    return [value for row in zip(*columns, strict=True) for value in row]


def _as_list(values):
    """A list as PostgreSQL reads it. psycopg would ask of each value again what it is."""
    first = values[0]
    if values.count(first) == len(values):  # as most columns of a set are
        return "{" + ",".join([_IN_LIST[type(first)](first)] * len(values)) + "}"
    return "{" + ",".join([_IN_LIST[type(value)](value) for value in values]) + "}"


def _quoted(value):
    text = str(value)
    if '"' in text or "\\" in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


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


def _columns(instances, attnames):
    """For each of ``attnames`` a list: its value of each instance, ready for the database."""
    database = connections[DEFAULT_DB_ALIAS]  # the proxy of the present one is slow
    columns = []
    for attname, prepare, as_they_are in _preparing(type(instances[0]), attnames):
        values = [getattr(instance, attname) for instance in instances]
        if not as_they_are.issuperset(map(type, values)):
            values = [prepare(value, database) for value in values]
        columns.append(values)
    return columns


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


def _outbox_columns(moves):
    keys, subscribers, payloads = [], [], []
    for move in moves:
        wanted = subscribers_of(move.label, move.transition)
        if not wanted:
            continue
        about = f"{move.label}:{move.instance.pk}:{move.instance.sequence}"
        keys += [f"{subscriber}:{about}" for subscriber in wanted]
        subscribers += wanted
        payloads += [_payload(move)] * len(wanted)
    return keys, subscribers, payloads


def _payload(move):
    """What a follow-up is told (``followups.Event``), as JSON. Put together here: most of it is the same for a set."""
    return (
        f'{{"label": "{move.label}", "instance_id": {move.instance.pk}, "transition": "{move.transition}", '
        f'"sequence": {move.instance.sequence}, "details": {_details(move)}}}'
    )


def _details(move):
    return _json(move.details) if move.details else "{}"


def _delta_columns(moves):
    rows = [row for move in moves for row in rows_of(move)]
    return [[getattr(row, name) for row in rows] for name in DELTA_COLUMNS]


_json = DjangoJSONEncoder().encode  # the text; PostgreSQL takes it for what the column holds
