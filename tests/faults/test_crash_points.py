"""Every flow of money and dossiers broken off before and after each of its statements, one after the other.

Whatever was under way is then as if it had not begun, or done; whoever asks again, as a browser, the gateway or the
next round of a task would, brings it to its end; and nothing has happened twice.
"""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from dossiers.actions import filing
from dossiers.models import Dossier
from payments import actions
from payments.models import Attempt, CashReceipt, Refund
from payments.tasks import complete_open_attempts
from portal.documents.models import StoredDocument
from portal.workflow import bell, outbox, perform, seal
from portal.workflow.models import OutboxEvent, Seal
from tests.accounts.factories import OfficialFactory
from tests.dossiers.factories import (
    DossierFactory,
    accept_withdrawal,
    complete,
    officer,
    refuse_receipt,
    request_withdrawal,
)
from tests.faults.checker import violations
from tests.payments.books import references
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query
from tests.payments.waiting import an_hour_later
from tests.workflow import arrangements


class Crash(BaseException):
    """The process is gone: no handler of errors may catch it."""


class CrashPoint:
    """Breaks off at the ``place``-th statement, before it runs or after."""

    def __init__(self, place, side):
        self.place, self.side, self.seen = place, side, 0

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)
        self.seen += 1
        if self.seen == self.place and self.side == "before":
            raise Crash
        result = execute(sql, params, many, context)
        if self.seen == self.place:
            raise Crash
        return result


# Flows: prepare(land) gives a thing · run(thing) may be asked again and again · done(thing) says that it is done once.


class Submit:
    def prepare(self, land, bank):
        return DossierFactory(offering=land.offering).pk

    def run(self, pk):
        dossier = Dossier.objects.get(pk=pk)
        filing.submit(dossier, by=dossier.filed_by)

    def done(self, pk):
        moves = list(Dossier.objects.get(pk=pk).history.values_list("transition", flat=True))
        return moves == ["submit", "request_payment"]


class Receive:
    def prepare(self, land, bank):
        dossier = DossierFactory(offering=land.offering, submitted=True)
        officer(dossier, "one_door")
        return dossier.pk

    def run(self, pk):
        dossier = Dossier.objects.get(pk=pk)
        if dossier.state == "submitted":
            perform(dossier, "receive", by=officer(dossier, "one_door"))

    def done(self, pk):
        return Dossier.objects.get(pk=pk).history.filter(transition="receive").count() == 1


class HandOver:
    def prepare(self, land, bank):
        dossier = DossierFactory(offering=land.offering, in_process=True)
        return dossier.pk

    def run(self, pk):
        dossier = Dossier.objects.get(pk=pk)
        if dossier.steps.get(ended_at=None).key == "appraise":
            perform(dossier, "hand_over", by=officer(dossier, "specialist"))

    def done(self, pk):
        steps = Dossier.objects.get(pk=pk).steps
        return (
            list(steps.filter(ended_at=None).values_list("key", flat=True)) == ["sign"]
            and steps.count() == 2
        )


class Complete:
    def prepare(self, land, bank):
        dossier = DossierFactory(offering=land.offering, proposed=True)
        officer(dossier, "leader")
        return dossier.pk

    def run(self, pk):
        dossier = Dossier.objects.get(pk=pk)
        if dossier.state == "in_process":
            complete(dossier)

    def done(self, pk):
        dossier = Dossier.objects.get(pk=pk)
        return dossier.state == "completed" and not dossier.steps.filter(ended_at=None).exists()


class Capture:
    def prepare(self, land, bank):
        return AttemptFactory(dossier=arrangements.dossier_in("payment_requested", land)).pk

    def run(self, pk):
        assert actions.absorb(notice_query(Attempt.objects.get(pk=pk), secret=bank_secret())) in {
            "00",
            "02",
        }

    def done(self, pk):
        attempt = Attempt.objects.select_related("dossier").get(pk=pk)
        return (attempt.state, attempt.dossier.state) == ("captured", "submitted")


class Cash:
    def prepare(self, land, bank):
        dossier = arrangements.dossier_in("payment_requested", land)
        OfficialFactory(role="cashier", agency=dossier.handling_agency)
        return dossier.pk

    def run(self, pk):
        dossier = Dossier.objects.get(pk=pk)
        if dossier.state == "payment_requested":
            actions.receive_cash(dossier.payment_requests.get(), by=officer(dossier, "cashier"))

    def done(self, pk):
        paid = CashReceipt.objects.filter(request__dossier=pk).count()
        return paid == 1 and Dossier.objects.get(pk=pk).state == "submitted"


class GiveBack:
    """From the refused dossier to the money back on the card: outbox, intent, call, booking."""

    def prepare(self, land, bank):
        self.bank = bank
        attempt = AttemptFactory(dossier=arrangements.dossier_in("payment_requested", land))
        bank.owes(attempt)
        actions.absorb(notice_query(attempt, secret=bank_secret()))
        refuse_receipt(Dossier.objects.get(pk=attempt.dossier_id))
        # The papers and e-mails of the story are not this flow's business: they are delivered first.
        refunds = OutboxEvent.objects.filter(
            subscriber="payments.followups.refund_what_was_paid", done_at=None
        )
        refunds.update(available_at=timezone.now() + timedelta(hours=1))
        while outbox.drain(linger=0):
            pass
        refunds.update(available_at=timezone.now())
        return attempt.pk

    def run(self, pk):
        while outbox.drain(linger=0):
            pass
        an_hour_later()
        complete_open_attempts()

    def done(self, pk):
        attempt = Attempt.objects.get(pk=pk)
        given = self.bank.payments[attempt.txn_ref].refunded
        return given == attempt.amount and Refund.objects.get(attempt=attempt).state == "done"


class Withdraw:
    def prepare(self, land, bank):
        dossier = arrangements.dossier_in("payment_requested", land)
        request_withdrawal(dossier)
        return dossier.pk

    def run(self, pk):
        dossier = Dossier.objects.get(pk=pk)
        if dossier.state == "withdrawal_requested":
            accept_withdrawal(dossier)

    def done(self, pk):
        dossier = Dossier.objects.get(pk=pk)
        return dossier.outcome == "withdrawn" and not dossier.payment_requests.still_open().exists()


class Follow:
    """A relay that dies in the midst of what follows on a submit: the receipt and the e-mail."""

    def prepare(self, land, bank):
        return DossierFactory(offering=land.offering, submitted=True).pk

    def run(self, pk):
        while outbox.drain(linger=0):
            pass

    def done(self, pk):
        receipts = StoredDocument.objects.filter(role=StoredDocument.Role.FILING_RECEIPT)
        return (
            not OutboxEvent.objects.filter(done_at=None).exists()
            and receipts.filter(name__contains=Dossier.objects.get(pk=pk).code).count() == 1
        )


class SealRows:
    def prepare(self, land, bank):
        return DossierFactory(offering=land.offering, received=True).pk

    def run(self, pk):
        seal.seal_new_rows()

    def done(self, pk):
        told = StringIO()
        call_command("verify_history", stdout=told)
        rows = Dossier.objects.get(pk=pk).history.values_list("pk", flat=True)
        sealed = Seal.objects.filter(history_table="dossiers_dossierhistory", history_id__in=rows)
        return "0 rows are not sealed yet" in told.getvalue() and sealed.count() == len(rows) == 2


FLOWS = [Submit, Capture]
FLOWS += [
    pytest.param(flow, marks=pytest.mark.slow)
    for flow in (Receive, HandOver, Complete, Cash, Withdraw, Follow, SealRows, GiveBack)
]


def bank_secret():
    return actions.gateway_config().secret


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("kind", FLOWS)
def test_broken_off_anywhere_and_asked_again_it_is_done_once(
    kind, side, own_database, bank, caplog
):
    land, flow, place = arrangements.land(), kind(), 0
    with bell.silenced():
        while True:
            place += 1
            thing = flow.prepare(land, bank)
            broken_off = breaks_off(flow, thing, CrashPoint(place, side))
            assert sound() == {}, (place, side)
            if not broken_off:
                break
            flow.run(thing)
            assert flow.done(thing), (place, side)
            assert sound() == {}, (place, side)
            flow.run(thing)
            assert flow.done(thing), (place, side)

    assert flow.done(thing)
    assert place > 3
    assert len(references()) == len(set(references_in_full()))


def breaks_off(flow, thing, crash_point):
    try:
        with connection.execute_wrapper(crash_point):
            flow.run(thing)
    except Crash:
        return True
    return False


def sound():
    with connection.cursor() as cursor:
        return violations(cursor)


def references_in_full():
    with connection.cursor() as cursor:
        cursor.execute("SELECT reference FROM payments_entry")
        return [row[0] for row in cursor.fetchall()]
