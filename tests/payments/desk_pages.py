"""The desk's pages about money with something on each of them, for whoever looks at pages in a browser."""

import hashlib

from django.urls import reverse

from payments import actions as payments
from payments.models import SettlementFile
from payments.reconciliation import actions, cash
from portal import clock
from tests.dossiers.factories import DossierFactory, officer
from tests.payments import settlement
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query


def draw_finance(desk, offering):
    """Draw every page of the cashier and the leader: money, a day compared, a repair, tills, a difference."""
    dossiers = [DossierFactory(offering=offering, payment_requested=True) for _number in range(4)]
    merchant = payments.gateway_config().tmn_code
    paid, lost, _open = (AttemptFactory(dossier=each, tmn_code=merchant) for each in dossiers[:3])
    assert payments.absorb(notice_query(paid)) == "00"
    cashier, leader = officer(dossiers[0], "cashier"), officer(dossiers[0], "leader")
    payments.receive_cash(dossiers[3].payment_requests.get(), by=cashier)
    agency = dossiers[3].handling_agency
    count = cash.count(agency, clock.today(), str(paid.amount - 1000), by=cashier)
    rows = [
        settlement.row("pay", each.txn_ref, each.amount, str(14_000_000 + each.pk))
        for each in (paid, lost)
    ]
    day = settlement.today()
    content = settlement.file(day.isoformat(), rows)
    file = SettlementFile.objects.create(
        tmn_code=merchant,
        day=day,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    taken = actions.compare(file)
    line = taken.lines.get(finding="theirs_only")
    desk.draw(
        cashier,
        "/desk/?money",
        reverse("admin:payments_finance"),
        reverse("admin:payments_reconciliation_changelist"),
        reverse("admin:payments_reconciliation_change", args=[taken.pk]),
        reverse("admin:payments_repair", args=[line.pk]),
        reverse("admin:payments_cash_days"),
        "/desk/payments/refund/",
    )
    desk.draw(leader, reverse("admin:payments_accept_cash", args=[count.pk]))
