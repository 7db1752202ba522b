"""The SQL of a move: one statement updates the rows and writes history, outbox and deltas.

Round trips are what a move costs (docs/benchmarks.md), so the statement is built once per shape and kept.
"""

import json
from functools import cache

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from portal.errors import StalePage
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
DELTA_COLUMNS = ("metric", "day", "agency", "service", "channel", "quantity", "amount")


@cache
def locked_fields(model):
    """The fields read again under the lock: all but the large ones that no guard looks at."""
    return [f for f in model._meta.concrete_fields if f.attname not in model.fields_left_unlocked]


@cache
def lock_sql(model):
    columns = ", ".join(f'"{field.column}"' for field in locked_fields(model))
    table, key = model._meta.db_table, model._meta.pk.column
    return f'SELECT {columns} FROM "{table}" WHERE "{key}" = %s FOR UPDATE'


def snapshot(instance):
    """The values a move may change, to see afterwards which it did."""
    values = instance.__dict__
    return {
        f.attname: values[f.attname] for f in instance._meta.concrete_fields if f.attname in values
    }


@cache
def _touched_fields(model):
    return [f.attname for f in model._meta.concrete_fields if getattr(f, "auto_now", False)]


def touch(instance):
    """What ``save()`` would do for ``auto_now`` fields: real time, as everywhere in Django."""
    for attname in _touched_fields(type(instance)):
        instance.__dict__[attname] = timezone.now()


def changes(instance, before):
    """``{attname: value}`` of what differs from ``before``."""
    return {
        attname: instance.__dict__.get(attname)
        for attname, value in before.items()
        if instance.__dict__.get(attname) != value
    }


def write(moves):
    """Write ``moves`` (all of one machine): rows, history, outbox and deltas, in one statement."""
    model = type(moves[0].instance)
    changed = tuple(sorted({attname for move in moves for attname in move.changes}))
    context = tuple(moves[0].instance.history_context())
    outbox = [row for move in moves for row in _outbox_rows(move)]
    delta = [row for move in moves for row in _delta_rows(move)]
    sql = _statement(model, changed, context, len(moves), len(outbox), len(delta))
    parameters = []
    for move in moves:
        parameters += _changed_values(model, changed, move)
    for move in moves:
        parameters += _history_values(move)
    for row in outbox:
        parameters += row
    for row in delta:
        parameters += row
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        if cursor.fetchone()[0] != len(moves):
            # Cannot happen while every caller locks first; if one does not, nothing must be half-written,
            # not even when somebody above takes this for a refusal like any other.
            transaction.set_rollback(True)
            raise StalePage(sequence=None, seen=None)


@cache
def _statement(model, changed, context, moves, outbox, delta):
    parts = [
        f"moved AS ({_update_sql(model, changed, moves)})",
        f"recorded AS ({_history_sql(model, context, moves)})",
    ]
    if outbox:
        parts.append(
            "told AS ("
            + _insert_sql("workflow_outboxevent", ("key", "subscriber", "payload"), outbox)
            + ")"
        )
    if delta:
        parts.append("counted AS (" + _insert_sql("workflow_delta", DELTA_COLUMNS, delta) + ")")
    return "WITH " + ", ".join(parts) + " SELECT count(*) FROM moved"


def _update_sql(model, changed, moves):
    table, key = model._meta.db_table, model._meta.pk.column
    fields = [_field(model, attname) for attname in changed]
    if moves == 1:
        assignments = ", ".join(f'"{field.column}" = %s' for field in fields)
        return f'UPDATE "{table}" SET {assignments} WHERE "{key}" = %s AND "state" = %s RETURNING "{key}"'
    assignments = ", ".join(f'"{field.column}" = v."{field.column}"' for field in fields)
    types = [_cast(field) for field in fields] + [
        _cast(model._meta.pk),
        _cast(_field(model, "state")),
    ]
    first = "(" + ", ".join(f"%s::{cast}" for cast in types) + ")"
    rest = [_placeholders(len(types))] * (moves - 1)
    names = ", ".join([*(f'"{field.column}"' for field in fields), "_key", "_source"])
    return (
        f'UPDATE "{table}" AS t SET {assignments} FROM (VALUES {", ".join([first, *rest])}) AS v({names}) '
        f'WHERE t."{key}" = v._key AND t."state" = v._source RETURNING t."{key}"'
    )


def _history_sql(model, context, moves):
    history = model.history_model
    link = history._meta.get_field(model.history_link).column
    extra = [history._meta.get_field(name.removesuffix("_id")).column for name in context]
    return _insert_sql(history._meta.db_table, (*HISTORY_COLUMNS, link, *extra), moves)


def _insert_sql(table, columns, rows):
    names = ", ".join(f'"{column}"' for column in columns)
    return (
        f'INSERT INTO "{table}" ({names}) VALUES {", ".join([_placeholders(len(columns))] * rows)}'
    )


def _placeholders(count):
    return "(" + ", ".join(["%s"] * count) + ")"


@cache
def _field(model, attname):
    return next(field for field in model._meta.concrete_fields if field.attname == attname)


@cache
def _cast(field):
    return field.db_type(connection) if not field.is_relation else field.rel_db_type(connection)


def _changed_values(model, changed, move):
    values = [
        _field(model, attname).get_db_prep_save(getattr(move.instance, attname), connection)
        for attname in changed
    ]
    return [*values, move.instance.pk, move.source]


def _history_values(move):
    instance = move.instance
    return [
        instance.sequence,
        move.transition,
        move.source,
        move.target,
        move.at,
        move.by.pk if move.by is not None else None,
        move.grant.pk if move.grant is not None else None,
        _json(move.details),
        instance.pk,
        *instance.history_context().values(),
    ]


def _outbox_rows(move):
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


def _delta_rows(move):
    for row in rows_of(move):
        yield [row.metric, row.day, row.agency, row.service, row.channel, row.quantity, row.amount]


def _json(value):
    return Jsonb(value, dumps=_dumps)


def _dumps(value):
    return json.dumps(value, cls=DjangoJSONEncoder)
