"""The raw floor of P1 is honest only if it writes what the portal writes."""

import pytest
from django.db import connections

from dossiers.models import Dossier, DossierHistory
from payments.models import Attempt, Posting
from portal.workflow.models import Delta, OutboxEvent
from tests.benchmarks import floor, lives, recording
from tests.benchmarks.lifecycle import Cast, live

LIVES = 3


@pytest.fixture
def sides(own_database, tmp_path):
    cast = Cast()
    return cast, lives.Floor(cast, own_database.url, tmp_path / "life.sql")


def test_the_floor_writes_the_rows_of_the_portal(sides):
    cast, raw = sides
    before = lives.rows()
    for draft in cast.drafts(LIVES):
        live(draft, cast)
    between = lives.rows()
    raw.run(LIVES)

    ours, theirs = lives.difference(before, between), lives.difference(between, lives.rows())
    lives.check_rows([ours], [theirs])
    assert ours["dossiers_dossierhistory"] == 8 * LIVES and ours["payments_posting"] == 2 * LIVES


def test_the_floor_leaves_the_same_traces_as_the_portal(sides):
    cast, raw = sides
    [lived] = cast.drafts(1)
    live(lived, cast)
    raw.run(1)
    copied = Dossier.objects.latest("pk").pk

    assert traces(copied) == traces(lived.pk)


def test_the_floor_commits_as_often_as_the_portal(sides):
    _cast, raw = sides
    assert raw.written.commits == 9
    assert raw.written.text.count("COMMIT;") == 9
    assert (
        raw.written.text.count("FOR NO KEY UPDATE") == 9
    )  # eight moves of the dossier, one of the attempt


def test_lives_that_write_different_rows_make_no_floor(own_database):
    cast = Cast()
    first, second = cast.drafts(2)
    with recording.changes_noted():
        live(first, cast)
        whole = recording.noted()
        live(second, cast)
        cut_short = recording.noted()[:-1]

    with pytest.raises(floor.LivesDiffer):
        floor.script_of(whole, cut_short, Dossier)


def test_other_rows_than_the_portals_are_refused():
    with pytest.raises(lives.RowsDiffer, match="payments_entry"):
        lives.check_rows([{"payments_entry": 1}], [{"payments_entry": 0}])


def test_after_recording_nothing_of_it_is_left(sides):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgname = 'bench_note_change' "
            "UNION ALL SELECT count(*) FROM pg_class WHERE relname = 'bench_change'"
        )
        assert cursor.fetchall() == [(0,), (0,)]


def traces(dossier):
    """What a life leaves behind that must be the same for all."""
    history = DossierHistory.objects.filter(dossier=dossier).order_by("sequence")
    attempt = Attempt.objects.get(dossier=dossier)
    outbox = OutboxEvent.objects.filter(payload__instance_id=dossier).order_by("id")
    return {
        "history": list(
            history.values_list("transition", "source", "target", "actor", "grant", "level")
        ),
        "attempt": (attempt.state, attempt.amount, attempt.history.get().transition),
        "postings": list(
            Posting.objects.filter(entry__dossier=dossier)
            .order_by("pk")
            .values_list("account", "amount")
        ),
        "outbox": list(outbox.values_list("subscriber", "payload__transition")),
        "deltas": set(Delta.objects.values_list("metric", "quantity", "amount")),
        "state": Dossier.objects.values_list("state", "outcome", "sequence").get(pk=dossier),
        "steps": Dossier.objects.get(pk=dossier).steps.filter(ended_at__isnull=False).count(),
    }
