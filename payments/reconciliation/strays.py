"""Money at the gateway that belongs to no order of ours: given back once, and in the books both ways.

How it comes about: the books were restored from a copy older than the order, or somebody else uses the account.
"""

import secrets
import uuid
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from payments import actions, ledger
from payments.models import Account, ReconciliationLine, Repair
from payments.protocol import vnpay
from payments.protocol.messages import OutcomeUnknown, QueryOrder, RefundOrder
from payments.protocol.wire import GMT7
from payments.reconciliation.errors import CannotBeRepairedSo, NothingToRepair, NotTheReconciler
from portal import clock
from portal.workflow import allows

MAY_RETURN = allows("payment.return_stray")
OWN_ADDRESS = "127.0.0.1"
Act, Result = Repair.Act, Repair.Result


def give_back(line, *, by, check):
    """Give the money of ``line`` back; the intent is stored first, with the number that every repeat keeps.

    ``check(line)`` refuses a line that is no longer open. Where an earlier answer is missing, the gateway is asked
    before anything is sent again. Returns the :class:`Repair` that says what came of it.
    """
    grant = MAY_RETURN.grant_of(by, line)
    if grant is None:
        raise NotTheReconciler(who=MAY_RETURN.who())
    check(line)
    if line.kind != ReconciliationLine.Kind.PAYMENT:
        raise CannotBeRepairedSo(
            reason=_("a refund of an order that is not ours is the gateway’s to explain.")
        )
    common = {
        "line": line,
        "act": Act.RETURN,
        "tmn_code": line.reconciliation.tmn_code,
        "kind": line.kind,
        "txn_ref": line.txn_ref,
        "amount": line.theirs,
        "by": by,
        "grant_id": grant.pk,
    }
    intent, is_new = _intent(common)
    try:
        given = _sent(line, intent) if is_new else _found(line) or _sent(line, intent)
    except OutcomeUnknown:
        return Repair.objects.create(**common, result=Result.SILENT, request_id=intent.request_id)
    result = Result.RETURNED if given else Result.DENIED
    with transaction.atomic():
        done = Repair.objects.create(**common, result=result, request_id=intent.request_id)
        if given:
            _book(intent, clock.now())
    return done


def _intent(common):
    open_one = Repair.objects.filter(
        tmn_code=common["tmn_code"],
        txn_ref=common["txn_ref"],
        act=Act.RETURN,
        result=Result.INTENDED,
    )
    found = open_one.first()
    if found is not None:
        return found, False
    try:
        with transaction.atomic():
            return (
                Repair.objects.create(**common, result=Result.INTENDED, request_id=uuid.uuid4()),
                True,
            )
    except IntegrityError:  # somebody else pressed the button at the same moment
        raise NothingToRepair()


def _sent(line, intent):
    order = RefundOrder(
        request_id=intent.request_id.hex,
        txn_ref=line.txn_ref,
        amount_vnd=line.theirs,
        gateway_number=line.gateway_number,
        created_at=_ordered_at(line),
        ip_addr=OWN_ADDRESS,
        is_full=True,
        created_by="motcua",
    )
    return vnpay.refund(order, config=actions.gateway_config(), now=timezone.now()).is_accepted


def _found(line):
    """Whether the gateway has already given this payment back."""
    order = QueryOrder(
        request_id=secrets.token_hex(16),
        txn_ref=line.txn_ref,
        created_at=_ordered_at(line),
        ip_addr=OWN_ADDRESS,
    )
    outcome = vnpay.query(order, config=actions.gateway_config(), now=timezone.now())
    return outcome.transaction_type in ("02", "03") and outcome.amount_vnd == line.theirs


def _ordered_at(line):
    return datetime.strptime(line.order_date, "%Y%m%d%H%M%S").replace(tzinfo=GMT7)


def _book(intent, at):
    """The money that was there, and that it went back. The database refuses a second booking of one intent."""
    at_gateway = ledger.account(Account.Kind.GATEWAY, None)
    owed = ledger.account(Account.Kind.REFUNDS, None)
    amount = intent.amount
    ledger.post(f"stray:{intent.pk}", None, at, [(at_gateway, amount), (owed, -amount)])
    ledger.post(f"stray-refund:{intent.pk}", None, at, [(owed, amount), (at_gateway, -amount)])
