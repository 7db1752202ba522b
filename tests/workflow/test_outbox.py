"""The outbox: at most once with effect, nothing lost, one bad event holds up nobody."""

import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from dossiers.models import Dossier
from payments import actions, ledger
from payments.models import Refund
from portal.documents.models import StoredDocument
from portal.notifications.models import Message
from portal.workflow import followups, outbox, perform
from portal.workflow.models import Fact, OutboxEvent
from tests import processes
from tests.dossiers.factories import DossierFactory, officer
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.workflow import arrangements
from tests.workflow.threads import in_a_thread, run_together


@pytest.fixture
def subscriber(monkeypatch):
    """Register a follow-up for this test alone: ``subscriber(function)`` gives the name it has."""

    def register(function):
        name = f"tests.{function.__name__}"
        monkeypatch.setitem(followups._by_name, name, function)
        return name

    return register


def event(subscriber, number=1, **fields):
    payload = {
        "label": "tests.Thing",
        "instance_id": number,
        "transition": "go",
        "sequence": 1,
        "details": {},
    }
    return OutboxEvent.objects.create(
        key=f"{subscriber}:{number}", subscriber=subscriber, payload=payload, **fields
    )


def leave_a_fact(event):
    Fact.objects.create(kind="followed", at=timezone.now(), value=event.instance_id)


def facts():
    return sorted(Fact.objects.filter(kind="followed").values_list("value", flat=True))


# One event -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_event_has_its_effect_once(subscriber):
    row = event(subscriber(leave_a_fact), 7)

    assert [outbox.drain(linger=0), outbox.drain(linger=0)] == [1, 0]

    row.refresh_from_db()
    assert facts() == [7]
    assert row.done_at is not None and row.attempts == 1


@pytest.mark.django_db
def test_what_fails_is_put_back_with_a_growing_wait_and_holds_up_nobody(subscriber):
    def fail(event):
        leave_a_fact(event)  # undone with the failure
        raise ValueError("broken")

    bad, good = subscriber(fail), subscriber(leave_a_fact)
    first, second = event(bad, 1), event(good, 2)
    waits = []
    for attempt in range(1, 15):
        OutboxEvent.objects.filter(pk=first.pk).update(available_at=timezone.now())
        asked = timezone.now()
        assert outbox.drain(linger=0) == (2 if attempt == 1 else 1)
        first.refresh_from_db()
        assert (first.attempts, first.done_at, first.last_error) == (attempt, None, "ValueError")
        waits.append(round((first.available_at - asked).total_seconds()))

    second.refresh_from_db()
    assert second.done_at is not None
    assert facts() == [2]
    assert waits[:4] == [2, 4, 8, 16]
    assert waits == sorted(waits) and waits[-1] == 600


@pytest.mark.django_db
def test_a_failed_event_is_not_tried_before_its_time(subscriber):
    event(subscriber(leave_a_fact), 1, available_at=timezone.now() + timedelta(seconds=30))

    assert outbox.drain(linger=0) == 0
    assert facts() == []


@pytest.mark.django_db
def test_an_error_of_the_database_harms_only_its_own_event(subscriber):
    def breaks_the_transaction(event):
        Fact.objects.create(kind="x" * 500, at=timezone.now())

    bad = event(subscriber(breaks_the_transaction), 1)
    event(subscriber(leave_a_fact), 2)

    assert outbox.drain(linger=0) == 2

    bad.refresh_from_db()
    assert (bad.done_at, bad.last_error) == (None, "DataError")
    assert facts() == [2]


@pytest.mark.django_db
def test_an_unknown_subscriber_is_kept_for_the_release_that_knows_it(subscriber):
    unknown = event("gone.away", 1)
    event(subscriber(leave_a_fact), 2)

    outbox.drain(linger=0)

    unknown.refresh_from_db()
    assert (unknown.done_at, unknown.last_error) == (None, "KeyError")
    assert facts() == [2]


@pytest.mark.django_db
def test_the_lag_says_how_many_wait_and_since_when(subscriber):
    assert outbox.lag() == (0, 0.0)
    name = subscriber(leave_a_fact)
    old = event(name, 1)
    event(name, 2)
    OutboxEvent.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(minutes=3))

    waiting, age = outbox.lag()

    assert waiting == 2 and 180 <= age < 185
    outbox.drain(linger=0)
    assert outbox.lag() == (0, 0.0)


@pytest.mark.django_db
def test_a_drain_stops_when_its_time_is_over(subscriber):
    name = subscriber(leave_a_fact)
    for number in range(3):
        event(name, number)

    assert outbox.drain(linger=0, at_most_seconds=0) == 0
    assert outbox.lag()[0] == 3


def test_two_follow_ups_of_one_name_are_refused():
    def twin():
        def notify(event):
            """One."""

        return notify

    def other():
        def notify(event):
            return event

        return notify

    followups.after("tests.Nothing", "never")(twin())
    try:
        with pytest.raises(ValueError, match="Two follow-ups"):
            followups.after("tests.Nothing", "never")(other())
    finally:
        followups._by_name.pop(f"{__name__}.notify")
        followups._subscribers.pop(("tests.Nothing", "never"))


# Several at work ---------------------------------------------------------------------------


def test_many_relays_at_once_deliver_each_event_once(own_database, subscriber):
    name = subscriber(leave_a_fact)
    for number in range(40):
        event(name, number)

    delivered = run_together(lambda _number: outbox.drain(linger=0.2), range(4))

    assert sum(delivered) == 40
    assert facts() == list(range(40))
    assert set(OutboxEvent.objects.values_list("attempts", flat=True)) == {1}


def test_a_slow_follow_up_delays_no_other(own_database, subscriber):
    may_go_on, started = threading.Event(), threading.Event()

    def slow(event):
        started.set()
        assert may_go_on.wait(20)
        leave_a_fact(event)

    event(subscriber(slow), 1)
    event(subscriber(leave_a_fact), 2)
    relay = threading.Thread(target=in_a_thread(lambda: outbox.drain(linger=0)))
    relay.start()
    try:
        assert started.wait(20)
        assert outbox.drain(linger=0) == 1
        assert facts() == [2]
    finally:
        may_go_on.set()
        relay.join()
    assert facts() == [1, 2]


KILLED_BETWEEN = """
import os, signal, django
django.setup()
from portal.workflow import followups, outbox
from tests.workflow.test_outbox import leave_a_fact

def die_after_the_effect(event):
    leave_a_fact(event)
    os.kill(os.getpid(), signal.SIGKILL)

followups._by_name["tests.leave_a_fact"] = die_after_the_effect
outbox.drain(linger=0)
"""


def test_a_relay_killed_between_effect_and_mark_leaves_neither(own_database, subscriber, tmp_path):
    event(subscriber(leave_a_fact), 5)
    transaction.get_connection().close()
    surroundings = processes.environment(own_database, port=settings.PORTAL_PORT, media=tmp_path)

    relay = subprocess.run(
        [sys.executable, "-c", KILLED_BETWEEN],
        cwd=settings.BASE_DIR,
        env=surroundings,
        capture_output=True,
    )

    assert relay.returncode == -signal.SIGKILL, relay.stderr.decode()
    assert facts() == []
    assert outbox.lag()[0] == 1
    assert outbox.drain(linger=0) == 1
    assert facts() == [5]


# Every follow-up there is -------------------------------------------------------------------


@pytest.mark.django_db
def test_every_follow_up_run_twice_has_its_effect_once():
    """The whole of what follows on moves: papers, e-mails, refunds, online delivery. Then all of it again."""
    land = arrangements.land()
    tell_a_story(land)
    subscribed = {name for names in followups._subscribers.values() for name in names}
    heard = set(OutboxEvent.objects.values_list("subscriber", flat=True))
    assert heard == subscribed

    deliver_everything()
    once = effects()
    OutboxEvent.objects.update(
        done_at=None, available_at=timezone.now(), attempts=F("attempts") + 1
    )
    deliver_everything()

    assert effects() == once
    assert once["messages"] and once["documents"] and once["refunds"]


def tell_a_story(land):
    refused = arrangements.dossier_in("submitted", land)
    paid(refused)
    perform(
        refused, "refuse_receipt", by=officer(refused, "one_door"), reason="Không đúng thẩm quyền."
    )
    withdrawn = arrangements.dossier_in("submitted", land)
    paid(withdrawn)
    arrangements.request_withdrawal(withdrawn)
    perform(withdrawn, "accept_withdrawal", by=officer(withdrawn, "one_door"))
    given_back = arrangements.dossier_in("submitted", land)
    paid(given_back)
    refund = actions.request_refund(given_back.attempts.get(), reason=Refund.Reason.MISTAKE)
    for name in ("send", "settle"):
        perform(refund, name, by=None)
    ledger.refunded(refund, refund.requested_at)
    DossierFactory(offering=land.offering, completed=True)
    answered = arrangements.dossier_in("withdrawal_requested", land, origin="received")
    perform(
        answered,
        "refuse_withdrawal",
        by=officer(answered, "one_door"),
        reason="Đã giải quyết xong.",
    )
    supplemented = arrangements.dossier_in("supplement_requested", land)
    perform(
        DossierFactory(offering=land.offering, in_process=True),
        "stop",
        by=officer(supplemented, "leader"),
        reason="Người nộp đã mất.",
    )
    late = arrangements.dossier_in("in_process", land)
    perform(
        late,
        "reschedule",
        by=officer(late, "leader"),
        until=late.expected_at + timedelta(days=3),
        reason="Chờ ý kiến.",
    )


def paid(dossier):
    arrangements.request_payment(dossier)
    assert actions.absorb(notice_query(AttemptFactory(dossier=dossier))) == "00"
    dossier.refresh_from_db()


def deliver_everything():
    while outbox.drain(linger=0):
        pass
    left = OutboxEvent.objects.filter(done_at=None).values_list("key", "last_error")
    assert not list(left)


def effects():
    """What the follow-ups may add to."""
    return {
        "messages": Message.objects.count(),
        "documents": StoredDocument.objects.count(),
        "refunds": Refund.objects.count(),
        "moves": sum(dossier.sequence for dossier in Dossier.objects.all()),
        "events": OutboxEvent.objects.count(),
    }
