"""P3 and the cost of counting: moves of a thousand dossiers at once, and lives with and without their deltas."""

import time
from collections import defaultdict
from contextlib import contextmanager
from statistics import median

from django.db import connection, transaction
from django.utils import timezone

from dossiers.models import Dossier
from portal import clock
from portal.workflow import deltas, perform, perform_many
from portal.workflow.followups import subscribers_of
from tests.benchmarks.lifecycle import Cast
from tests.benchmarks.lives import Portal, RowsDiffer, difference, fresh_database, rows
from tests.benchmarks.report import Figure

BATCH = 1_000
LIVES = 60  # with and without deltas, in each round

# What “receive” writes, for as many dossiers as there are keys: the floor under perform_many.
RAW = """
WITH moved AS (
    UPDATE dossiers_dossier SET state = 'received', sequence = sequence + 1, changed_at = %(now)s,
        received_at = %(at)s, due_at = %(due)s, expected_at = %(due)s
    WHERE id = ANY(%(keys)s) AND state = 'submitted'
    RETURNING id, sequence, receiving_unit_id, handling_agency_id, service_id, version_id, channel, level
), told AS (
    INSERT INTO dossiers_dossierhistory (sequence, transition, source, target, at, actor_id, grant_id, details,
        dossier_id, receiving_unit_id, handling_agency_id, version_id, channel, level)
    SELECT sequence, 'receive', 'submitted', 'received', %(at)s, %(actor)s, %(grant)s, '{}',
        id, receiving_unit_id, handling_agency_id, version_id, channel, level
    FROM moved
), rung AS (
    INSERT INTO workflow_outboxevent (key, subscriber, payload)
    SELECT subscriber || ':dossiers.Dossier:' || id || ':' || sequence, subscriber, jsonb_build_object(
        'label', 'dossiers.Dossier', 'instance_id', id, 'transition', 'receive', 'sequence', sequence,
        'details', '{}'::jsonb)
    FROM moved CROSS JOIN unnest(%(subscribers)s::text[]) AS subscriber
), counted AS (
    INSERT INTO workflow_delta (metric, day, agency, service, channel, quantity, amount)
    SELECT metric, %(day)s, handling_agency_id, service_id, channel, 1, 0
    FROM moved CROSS JOIN unnest(%(cells)s::text[]) AS metric
)
SELECT count(*) FROM moved
"""


def measure(wanted, *, rounds):
    """The figures P3 and DELTAS, as far as ``wanted``."""
    with fresh_database():
        if "P3" in wanted:
            yield _p3(rounds)
        if "DELTAS" in wanted:
            yield _cost_of_counting(rounds)


def _p3(rounds):
    batches = _Batches()
    batches.check_rows()
    rates = {"perform_many": [], "raw": []}
    for number in range(rounds + 1):
        sides = [("perform_many", batches.through_the_door), ("raw", batches.raw)]
        for name, move in sides if number % 2 else reversed(sides):
            seconds = move(batches.submitted(BATCH))
            if number:  # the first round warms
                rates[name].append(BATCH / seconds)
    middle = {name: round(median(values)) for name, values in rates.items()}
    print(f"  batches of {BATCH:,}, moves a second: {middle}", flush=True)
    ratio = median(a / b for a, b in zip(rates["perform_many"], rates["raw"], strict=True))
    return Figure("P3", "perform_many / the raw set-based SQL", ratio, 0.50, 0.80, "of raw")


def _cost_of_counting(rounds):
    portal = Portal()
    portal.run(LIVES)
    added = []
    for number in range(rounds):
        rates = {}
        for counting in (True, False) if number % 2 else (False, True):
            with _nothing_counted() if not counting else _as_it_is():
                rates[counting] = portal.run(LIVES)
        added.append(100 * (rates[False] / rates[True] - 1))
    told = ", ".join(f"{each:.0f}" for each in sorted(added))
    print(f"  counting adds to a life, in %, by round: {told}", flush=True)
    what = "what deltas add to a life"
    return Figure("DELTAS", what, median(added), 15, 5, "%", smaller_is_better=True)


class _Batches:
    """Dossiers that were sent, and the two ways to receive a thousand of them."""

    def __init__(self):
        self.cast = Cast()
        [first] = self.submitted(1)
        with clock.one_reading():
            move = perform(Dossier.objects.get(pk=first), "receive", by=self.cast.one_door)
        self.received, self.grant = move.instance, move.grant
        self.cells = [row.metric for row in deltas.rows_of(move)]

    def submitted(self, number):
        """The keys of so many dossiers, sent a moment ago."""
        keys = [draft.pk for draft in self.cast.drafts(number)]
        with clock.one_reading():
            outcomes = perform_many(
                Dossier.objects.filter(pk__in=keys), "submit", by=self.cast.citizen
            )
        assert not any(outcome.refusal for outcome in outcomes)
        return keys

    def through_the_door(self, keys):
        begun = time.perf_counter()
        with clock.one_reading():
            outcomes = perform_many(
                Dossier.objects.filter(pk__in=keys), "receive", by=self.cast.one_door
            )
        taken = time.perf_counter() - begun
        assert len(outcomes) == len(keys)
        assert not any(outcome.refusal for outcome in outcomes)
        return taken

    def raw(self, keys):
        begun = time.perf_counter()
        now = clock.now()
        values = {
            "keys": keys,
            "now": timezone.now(),
            "at": now,
            "due": self.received.due_at,
            "actor": self.cast.one_door.pk,
            "grant": self.grant.pk,
            "subscribers": list(subscribers_of("dossiers.Dossier", "receive")),
            "cells": self.cells,
            "day": now.date(),
        }
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(RAW, values)
            [(moved,)] = cursor.fetchall()
        taken = time.perf_counter() - begun
        assert moved == len(keys)
        return taken

    def check_rows(self):
        """Raise ``RowsDiffer`` unless both ways write the same number of rows into every table."""
        written = []
        for move in (self.through_the_door, self.raw):
            keys = self.submitted(10)
            before = rows()
            move(keys)
            written.append(difference(before, rows()))
        if written[0] != written[1]:
            raise RowsDiffer(f"perform_many wrote {written[0]},\nthe raw statement {written[1]}.")


@contextmanager
def _as_it_is():
    yield


@contextmanager
def _nothing_counted():
    """No move writes a delta meanwhile."""
    kept = deltas._counters
    deltas._counters = defaultdict(list)
    try:
        yield
    finally:
        deltas._counters = kept
