"""The kept cursors answer as Django's do, and what comes along with a lock is what it says."""

import threading
from datetime import timedelta

import pytest
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, connections, transaction
from django.db.models import Value
from django.db.transaction import TransactionManagementError
from django.db.utils import DataError, OperationalError
from django.test.utils import CaptureQueriesContext

from dossiers.models import Dossier, PaymentRequest
from payments.models import Attempt
from portal import clock
from portal.clock.models import PortalClock
from portal.documents.models import StoredDocument
from portal.settings.database import USES_BEFORE_PREPARING
from portal.workflow import (
    add,
    line,
    lock,
    locked_along,
    one_commit,
    perform,
    perform_many,
    round_trips,
    statements,
)
from tests.dossiers.factories import DossierFactory, officer, signed_result
from tests.payments.factories import AttemptFactory

INSTANT = "SELECT TIMESTAMPTZ '2026-11-22 07:00:00.5+07', %s::text"


@pytest.mark.django_db
def test_an_instant_is_the_one_that_django_reads():
    with connection.cursor() as cursor:
        cursor.execute(INSTANT, ["một"])
        by_django = cursor.fetchall()

    for _again in range(3):
        [(instant, word)] = round_trips.rows(INSTANT, ["một"])
        assert [(instant, word)] == by_django
        assert instant.tzinfo is by_django[0][0].tzinfo


def test_an_error_is_djangos_and_leaves_the_transaction_broken(own_database):
    dossier = DossierFactory(submitted=True)
    twice = "UPDATE dossiers_dossier SET public_id = %s WHERE id = %s"
    other = DossierFactory(submitted=True)

    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic():
            round_trips.count(twice, [dossier.public_id, other.pk])
        assert round_trips.rows("SELECT %s::int", [1]) == [(1,)]
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            round_trips.rows("SELECT %s::int", [1])


def test_a_transaction_begins_with_its_first_statement_and_ends_with_its_block(own_database):
    document = signed_result()
    rename = "UPDATE documents_storeddocument SET name = %s WHERE id = %s"

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert round_trips.count(rename, ["khác.pdf", document.pk]) == 1
        raise ZeroDivisionError

    assert StoredDocument.objects.get(pk=document.pk).name == document.name
    assert round_trips.count(rename, ["khác.pdf", document.pk]) == 1
    assert StoredDocument.objects.get(pk=document.pk).name == "khác.pdf"


def test_a_new_connection_gets_new_cursors(own_database):
    assert round_trips.rows("SELECT %s::int", [1]) == [(1,)]
    connection.close()
    assert round_trips.rows("SELECT %s::int", [2]) == [(2,)]


def test_a_connection_that_the_server_ended_is_said_so_and_made_anew(own_database):
    [(pid,)] = round_trips.rows("SELECT pg_backend_pid() + %s", [0])
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    with pytest.raises(OperationalError):
        round_trips.rows("SELECT pg_backend_pid() + %s", [0])
    connection.close_if_unusable_or_obsolete()

    assert round_trips.rows("SELECT %s::int", [1]) == [(1,)]


@pytest.mark.django_db
def test_more_statements_than_are_kept_work_all_the_same():
    numbers = range(line.MOST_KEPT + 5)

    assert [round_trips.rows(f"SELECT {n}, %s::int", [n])[0] for n in numbers] == [
        (n, n) for n in numbers
    ]
    assert len(round_trips._here.line.kept) <= line.MOST_KEPT


RENAME = "UPDATE documents_storeddocument SET name = %s WHERE id = %s"


def renamed(document, name, *, number=1):
    round_trips.change(RENAME, [name, document.pk], number=number)


def name_of(document):
    return StoredDocument.objects.get(pk=document.pk).name


def test_changes_wait_for_the_next_answer_or_go_with_the_commit(own_database):
    document = signed_result()
    for number in range(USES_BEFORE_PREPARING + 1):
        renamed(document, f"{number}.pdf")
    said = []
    say = line.Line.say

    def listening(self, sentences, *, commit=False):
        said.append((len(sentences), commit))
        return say(self, sentences, commit=commit)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line.Line, "say", listening)
        with one_commit():
            renamed(document, "một.pdf")
            renamed(document, "hai.pdf")
            assert said == []
            assert name_of(document) == "hai.pdf"  # Django asks: what waits goes first
            renamed(document, "ba.pdf")
            with transaction.atomic(using="owner"):
                [row] = StoredDocument.objects.using("owner").filter(pk=document.pk)
            assert row.name == f"{USES_BEFORE_PREPARING}.pdf"  # nobody else sees any of it yet
        assert said == [(2, False), (1, True)]
        assert name_of(document) == "ba.pdf"

    with pytest.raises(ZeroDivisionError), one_commit():
        renamed(document, "bốn.pdf")
        raise ZeroDivisionError
    with one_commit():
        renamed(document, "bốn.pdf")
        transaction.set_rollback(True)
    with pytest.raises(round_trips.NotAllChanged), one_commit():
        renamed(document, "bốn.pdf")
        renamed(document, "bốn.pdf", number=2)
        name_of(document)
    with pytest.raises(DataError), one_commit():
        renamed(document, "bốn.pdf")
        renamed(document, "bốn" * 100)
    assert name_of(document) == "ba.pdf"

    with one_commit():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            renamed(document, "bốn.pdf")
            raise ZeroDivisionError
        assert name_of(document) == "ba.pdf"
        renamed(document, "năm.pdf")
    assert name_of(document) == "năm.pdf"


@pytest.mark.django_db
def test_whoever_listens_hears_every_statement():
    with CaptureQueriesContext(connection) as captured:
        round_trips.rows("SELECT %s::int", [1])

    assert len(captured) == 1


@pytest.mark.django_db
def test_an_added_row_is_the_one_that_save_would_have_written():
    template = signed_result()
    values = {
        field.attname: getattr(template, field.attname)
        for field in StoredDocument._meta.concrete_fields
        if field.attname not in ("id", "public_id")
    }

    added = add(StoredDocument(**values))

    read = StoredDocument.objects.get(pk=added.pk)
    assert {name: getattr(read, name) for name in values} == values
    assert read.public_id == added.public_id
    assert not added._state.adding and added._state.db == DEFAULT_DB_ALIAS


# Locks ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_rows_locked_along_are_those_that_django_reads():
    made = AttemptFactory()

    attempt = locked_along(Attempt, "dossier", "request", txn_ref=made.txn_ref)

    assert locked_along(Attempt, "dossier", "request", txn_ref="no such order") is None
    for one, other in (
        (attempt, Attempt.objects.get(pk=made.pk)),
        (attempt.dossier, Dossier.objects.get(pk=made.dossier_id)),
        (attempt.request, PaymentRequest.objects.get(pk=made.request_id)),
    ):
        for field in other._meta.concrete_fields:
            assert getattr(one, field.attname) == getattr(other, field.attname), field.attname


@pytest.mark.parametrize("held", [Dossier, PaymentRequest, Attempt])
def test_rows_are_locked_in_the_one_order_and_read_after_the_wait(held, own_database):
    """Somebody holds one of the three: those before it are locked already, those after it are not yet."""
    made = AttemptFactory()
    keys = {Dossier: made.dossier_id, PaymentRequest: made.request_id, Attempt: made.pk}
    order = list(keys)
    found = []

    def take_all():
        try:
            with transaction.atomic():
                found.append(locked_along(Attempt, "dossier", "request", id=made.pk))
        finally:
            connections.close_all()

    with transaction.atomic():
        row = held.objects.select_for_update().get(pk=keys[held])
        waiter = threading.Thread(target=take_all)
        waiter.start()
        wait_until_somebody_waits()
        free = [model for model in order if model is held or is_free(model, keys[model])]
        type(row).objects.filter(pk=row.pk).update(**news(held))
    waiter.join()

    assert free == [held, *order[order.index(held) + 1 :]]
    attempt = found[0]
    fresh = {Dossier: attempt.dossier, PaymentRequest: attempt.request, Attempt: attempt}[held]
    [(name, value)] = news(held).items()
    assert getattr(fresh, name) == value


def news(model):
    return {
        Dossier: {"delivery_address": "12 Lê Lợi"},
        PaymentRequest: {"returns_to": "received"},
        Attempt: {"queries": 7},
    }[model]


def wait_until_somebody_waits():
    for _try in range(500):
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.01)")
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits for the lock")


def is_free(model, key):
    with transaction.atomic("owner"):
        return (
            model.objects.using("owner").select_for_update(skip_locked=True).filter(pk=key).exists()
        )


# The clock ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_clock_comes_along_with_the_first_lock_of_a_span():
    dossier = DossierFactory(submitted=True)
    PortalClock.objects.update_or_create(
        pk=1, defaults={"offset": timedelta(days=3), "is_demo": True}
    )
    ahead = clock.offset()
    assert ahead == timedelta(days=3)

    with clock.one_reading(), CaptureQueriesContext(connection) as captured:
        lock(dossier)
        assert clock.offset() == ahead and clock.is_demo()
        lock(dossier)

    assert len(captured) == 2
    assert ["clock_portalclock" in query["sql"] for query in captured] == [True, False]


def test_without_a_row_the_clock_that_comes_along_is_real():
    with clock.one_reading():
        clock.take(None, None)
        assert clock.offset() == timedelta() and not clock.is_demo()


@pytest.mark.django_db
def test_a_move_has_the_time_of_the_clock_that_came_along():
    dossier = DossierFactory(submitted=True)
    receiver = officer(dossier, "one_door")
    PortalClock.objects.update_or_create(
        pk=1, defaults={"offset": timedelta(days=3), "is_demo": True}
    )

    with clock.one_reading():
        move = perform(dossier, "receive", by=receiver)

    assert abs(move.at - clock.now()) < timedelta(minutes=1)


# What is begun: the server is at it while Python goes on -----------------------------------------


@pytest.fixture
def document(own_database):
    """A document whose renaming has been prepared: only then can it be begun."""
    found = signed_result()
    for _number in range(USES_BEFORE_PREPARING + 1):
        round_trips.count(RENAME, [found.name, found.pk])
    return found


@pytest.fixture
def begun(monkeypatch):
    """How many statements were begun, one entry each."""
    kept, really = [], line.Line.begin
    monkeypatch.setattr(
        line.Line, "begin", lambda self, sentence: (kept.append(1), really(self, sentence))
    )
    return kept


def test_what_was_begun_is_done_before_anything_else_is_said(document, begun):
    with one_commit():
        lock(document)
        round_trips.begin(RENAME, ["một.pdf", document.pk], number=1)
        assert name_of(document) == "một.pdf"
        round_trips.begin(RENAME, ["hai.pdf", document.pk], number=1)
        assert round_trips.rows("SELECT %s::int", [1]) == [(1,)]
        round_trips.begin(RENAME, ["ba.pdf", document.pk], number=1)
        round_trips.change(RENAME, ["bốn.pdf", document.pk], number=1)
        round_trips.begin(RENAME, ["năm.pdf", document.pk], number=1)
    assert len(begun) == 4
    assert name_of(document) == "năm.pdf"


def test_what_was_begun_in_vain_is_said_at_the_latest_at_the_end(document, begun):
    with pytest.raises(round_trips.NotAllChanged), one_commit():
        lock(document)
        round_trips.change(RENAME, ["một.pdf", document.pk], number=1)
        round_trips.begin(RENAME, ["hai.pdf", 0], number=1)
    assert len(begun) == 1
    assert name_of(document) == document.name


def test_what_the_server_refuses_is_its_error_wherever_it_is_heard(document, begun):
    with pytest.raises(DataError), one_commit():
        lock(document)
        round_trips.begin(RENAME, ["một.pdf" * 1000, document.pk], number=1)
        name_of(document)
    assert len(begun) == 1
    assert name_of(document) == document.name


def test_an_error_after_something_was_begun_leaves_nothing_of_it(document, begun):
    with pytest.raises(ZeroDivisionError), one_commit():
        lock(document)
        round_trips.begin(RENAME, ["một.pdf", document.pk], number=1)
        raise ZeroDivisionError
    assert len(begun) == 1
    assert name_of(document) == document.name


def test_nothing_is_begun_outside_one_commit(document, begun):
    round_trips.begin(RENAME, ["một.pdf", document.pk], number=1)
    assert begun == []
    assert name_of(document) == "một.pdf"


def test_what_is_begun_first_begins_the_transaction(document, begun):
    with pytest.raises(ZeroDivisionError), one_commit():
        round_trips.begin(RENAME, ["một.pdf", document.pk], number=1)
        raise ZeroDivisionError
    assert len(begun) == 1
    assert name_of(document) == document.name


def test_parts_of_a_set_are_written_while_the_next_are_judged(own_database, begun, monkeypatch):
    """Some are refused; all others have moved, each once, with its history."""
    monkeypatch.setattr(statements, "SET", 2)
    monkeypatch.setattr(statements, "MOST_AT_ONCE", 2)
    dossiers = [DossierFactory(submitted=True) for _number in range(22)]
    by = {dossier.pk: officer(dossier, "one_door") for dossier in dossiers}
    strangers = {dossier.pk: officer(dossiers[0], "specialist") for dossier in dossiers[8:10]}

    for first in (0, 11):
        keys = [dossier.pk for dossier in dossiers[first : first + 11]]
        outcomes = perform_many(Dossier.objects.filter(pk__in=keys), "receive", by=by | strangers)
        assert [outcome.pk for outcome in outcomes] == keys
        assert {outcome.pk for outcome in outcomes if outcome.refusal} == strangers.keys() & set(
            keys
        )

    assert len(begun) >= 2  # once the statement was prepared
    for dossier in dossiers:
        moved = dossier.pk not in strangers
        dossier.refresh_from_db()
        assert dossier.state == ("received" if moved else "submitted")
        assert dossier.history.filter(transition="receive").count() == moved


def test_a_set_is_of_whole_rows(db):
    for queryset in (
        Dossier.objects.only("state"),
        Dossier.objects.defer("answers"),
        Dossier.objects.select_related("service"),
        Dossier.objects.annotate(one=Value(1)),
    ):
        with pytest.raises(TypeError), transaction.atomic():
            perform_many(queryset, "receive", by=None)
