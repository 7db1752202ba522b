"""Fetching a day's settlement file, comparing it with the books, and repairing what does not match."""

import hashlib
from datetime import datetime, time, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from payments import actions
from payments.models import (
    Attempt,
    Reconciliation,
    ReconciliationLine,
    Refund,
    Repair,
    SettlementFile,
)
from payments.protocol.messages import BadSignature, Malformed, OutcomeUnknown
from payments.protocol.wire import GMT7
from payments.reconciliation import books, comparing, settlement, strays
from payments.reconciliation.errors import (
    BadSettlementFile,
    CannotBeRepairedSo,
    DayNotBegun,
    NoSettlementFile,
    NothingToRepair,
    NotTheReconciler,
)
from payments.states import HOLDS_MONEY, ON_ITS_WAY, RefundState
from portal.wording import short_date
from portal.workflow import allows

log = structlog.get_logger(__name__)

MAY_REPAIR = allows("payment.reconcile")
Act, Result = Repair.Act, Repair.Result


def gateway_today():
    """The gateway's present day: real time, GMT+7."""
    return timezone.now().astimezone(GMT7).date()


def configured_merchant():
    """The portal's merchant code at the gateway."""
    return actions.gateway_config().tmn_code


def reconcile(day, *, by=None):
    """Fetch the file of ``day`` and compare it with the books; returns the :class:`Reconciliation`.

    A file that came before is not stored twice, and a comparison that finds what the last one found is the last one.
    Raises ``DayNotBegun``, ``NoSettlementFile`` or ``BadSettlementFile``; then nothing has been written.
    """
    config = actions.gateway_config()
    if day > gateway_today():
        raise DayNotBegun(day=short_date(day))
    try:
        content = settlement.fetch(day, config=config, now=timezone.now())
        settlement.read(content, day)
    except OutcomeUnknown as silence:
        log.warning("settlement_file_missing", day=str(day), reason=silence.reason)
        raise NoSettlementFile(day=short_date(day))
    except (BadSignature, Malformed) as problem:
        log.error("settlement_file_refused", day=str(day), reason=str(problem))
        raise BadSettlementFile(day=short_date(day), reason=str(problem))
    return compare(_stored(content, day, config.tmn_code), by=by)


def compare(file, *, by=None):
    """Compare a stored file with the books as they are now."""
    movements = settlement.read(bytes(file.content), file.day)
    begins = datetime.combine(file.day, time(), tzinfo=GMT7)
    bookings = books.of_orders(file.tmn_code, {each.txn_ref for each in movements})
    of_day = books.of_day(file.tmn_code, begins, begins + timedelta(days=1))
    bookings += books.of_orders(
        file.tmn_code, {each.txn_ref for each in of_day} - {each.txn_ref for each in movements}
    )
    orders = {each.txn_ref for each in [*movements, *bookings]}
    found = comparing.compare(
        file.day,
        movements,
        bookings,
        elsewhere=_matched_elsewhere(file, orders),
        confirmed=_confirmed(file, orders),
    )
    known = {
        attempt.txn_ref: attempt
        for attempt in Attempt.objects.filter(tmn_code=file.tmn_code, txn_ref__in=orders)
    }
    return _kept(file, [_line(each, known) for each in found], by)


def latest(tmn_code, day):
    """The newest comparison of a day, or ``None``."""
    return Reconciliation.objects.filter(tmn_code=tmn_code, day=day).order_by("-pk").first()


def repair(line, *, by):
    """Do what can be done about a line that does not match, and compare again.

    Returns the :class:`Repair`. Money that only the gateway has is taken in, or given back where the order was
    closed meanwhile; what only we have, or with another amount, is confirmed by the gateway or stays as it is.
    Asking twice books once. Raises ``NotTheReconciler``, ``NothingToRepair`` or ``CannotBeRepairedSo``.
    """
    if line.attempt_id is None:
        done = strays.give_back(line, by=by, check=_require_open)
    else:
        grant = MAY_REPAIR.grant_of(by, line)
        if grant is None:
            raise NotTheReconciler(who=MAY_REPAIR.who())
        _require_open(line)
        done = Repair.objects.create(
            line=line,
            act=Act.ASK,
            result=_asked(line),
            tmn_code=line.reconciliation.tmn_code,
            kind=line.kind,
            txn_ref=line.txn_ref,
            amount=line.theirs or line.ours,
            by=by,
            grant_id=grant.pk,
        )
    log.info("reconciliation_repaired", line=line.pk, result=done.result, by=by.pk)
    compare(line.reconciliation.file, by=by)
    return done


def _asked(line):
    """Ask the gateway about the order of ``line`` and let the books follow; what came of it."""
    attempt = Attempt.objects.get(pk=line.attempt_id)
    if line.finding == comparing.THEIRS_ONLY:
        if line.kind == ReconciliationLine.Kind.REFUND:
            return _refund_taken_in(attempt)
        return _payment_taken_in(attempt)
    try:
        outcome = actions.state_at_gateway(attempt)
    except OutcomeUnknown as unknown:
        return Result.DENIED if unknown.code else Result.SILENT
    is_refund = outcome.transaction_type in ("02", "03")
    if line.kind == ReconciliationLine.Kind.REFUND:
        agrees = is_refund and outcome.transaction_status != settlement.REFUSED
    else:  # after a refund the gateway speaks of that refund: then the payment was there
        agrees = outcome.is_paid or is_refund
    if not is_refund or line.kind == ReconciliationLine.Kind.REFUND:
        agrees = agrees and outcome.amount_vnd == line.ours
    return Result.CONFIRMED if agrees else Result.DENIED


def _payment_taken_in(attempt):
    answered = actions.ask_gateway(attempt)
    attempt.refresh_from_db(fields=["state"])
    if attempt.state in HOLDS_MONEY:
        return Result.BOOKED
    return Result.DENIED if answered else Result.SILENT


def _refund_taken_in(attempt):
    """Book refunds of ours whose answer was lost. One that we never intended is for people to explain."""
    if attempt.state not in HOLDS_MONEY:
        raise CannotBeRepairedSo(reason=_("take the payment of this order into the books first."))
    refunds = list(
        Refund.objects.filter(attempt=attempt, state__in=ON_ITS_WAY, way=Refund.Way.GATEWAY)
    )
    if not refunds:
        raise CannotBeRepairedSo(
            reason=_("the gateway gave money back that nobody here asked for. Ask the gateway why.")
        )
    answered = [actions.send_refund(refund, even_if_put_off=True) for refund in refunds]
    booked = Refund.objects.filter(
        pk__in=[refund.pk for refund in refunds], state=RefundState.DONE
    ).exists()
    if booked:
        return Result.BOOKED
    return Result.DENIED if any(answered) else Result.SILENT


def _require_open(line):
    """Pass if ``line`` stands in the newest comparison of its day and does not match. Raises ``NothingToRepair``."""
    newest = latest(line.reconciliation.tmn_code, line.reconciliation.day)
    if line.finding == comparing.MATCHED or newest.pk != line.reconciliation_id:
        raise NothingToRepair()


def _stored(content, day, tmn_code):
    sha256 = hashlib.sha256(content).hexdigest()
    found = SettlementFile.objects.filter(tmn_code=tmn_code, day=day, sha256=sha256).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return SettlementFile.objects.create(
                tmn_code=tmn_code, day=day, content=content, sha256=sha256
            )
    except IntegrityError:  # another worker fetched the same file at the same moment
        return SettlementFile.objects.get(tmn_code=tmn_code, day=day, sha256=sha256)


def _kept(file, lines, by):
    """Store a comparison, unless the last one of this file found exactly the same."""
    last = latest(file.tmn_code, file.day)
    if last is not None and last.file_id == file.pk:
        before = [_shape(line) for line in last.lines.all()]
        if before == [_shape(line) for line in lines]:
            return last
    with transaction.atomic():
        taken = Reconciliation.objects.create(
            file=file, tmn_code=file.tmn_code, day=file.day, taken_by=by
        )
        for line in lines:
            line.reconciliation = taken
        ReconciliationLine.objects.bulk_create(lines, batch_size=1000)
    return taken


def _shape(line):
    return line.kind, line.txn_ref, line.finding, line.ours, line.theirs, line.status


def _line(found, known):
    movement, booking = found.movement, found.booking
    told = movement or booking
    attempt = known.get(told.txn_ref)
    return ReconciliationLine(
        kind=told.kind,
        finding=found.finding,
        txn_ref=told.txn_ref,
        gateway_number=told.gateway_number,
        bank_code=told.bank_code,
        order_date=movement.order_date if movement else "",
        status=movement.status if movement else "",
        ours=booking.amount if booking else None,
        theirs=movement.amount if movement else None,
        confirmed=found.confirmed,
        attempt_id=attempt.pk if attempt else None,
        agency_id=attempt.handling_agency_id if attempt else None,
    )


def _matched_elsewhere(file, orders):
    """``(kind, txn_ref, amount)`` of what the newest comparisons of other days matched for these orders."""
    newest = (
        Reconciliation.objects.filter(tmn_code=file.tmn_code)
        .exclude(day=file.day)
        .values("day")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    return ReconciliationLine.objects.filter(
        reconciliation__in=newest,
        txn_ref__in=orders,
        finding=comparing.MATCHED,
        theirs__isnull=False,
    ).values_list("kind", "txn_ref", "theirs")


def _confirmed(file, orders):
    """What the gateway has confirmed when it was asked about a line of this day."""
    return set(
        Repair.objects.filter(
            line__reconciliation__day=file.day,
            tmn_code=file.tmn_code,
            txn_ref__in=orders,
            result=Result.CONFIRMED,
        ).values_list("kind", "txn_ref")
    )
