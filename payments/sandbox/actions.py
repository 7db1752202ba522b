"""What can happen at the gateway. Every verb locks the payment first and commits as one."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from payments.sandbox import cards, doorbell, notices, vnpay
from payments.sandbox.models import Merchant, Refund, Transaction
from payments.sandbox.states import REFUNDABLE, RefundState, State, Trouble

STATE_OF_CODE = {"00": State.PAID, "07": State.SUSPECTED, "24": State.CANCELLED}


def register_merchant(*, tmn_code: str, secret: str, name: str, ipn_url: str) -> Merchant:
    """Register a merchant, or bring a registered one up to date. Safe to run in many processes."""
    Merchant.objects.bulk_create(
        [Merchant(tmn_code=tmn_code, secret=secret, name=name, ipn_url=ipn_url)],
        update_conflicts=True,
        unique_fields=["tmn_code"],
        update_fields=["secret", "name", "ipn_url"],
    )
    return Merchant.objects.get(tmn_code=tmn_code)


def open_payment(request: vnpay.PayRequest) -> Transaction:
    """Open the payment a merchant asks for.

    The very same request, seen again while the payment is open, leads to the same payment: people
    reload and go back. Any other second use of a reference within its day is refused with 01.
    """
    try:
        with transaction.atomic():
            return Transaction.objects.create(
                number=next_number(),
                merchant=request.merchant,
                txn_ref=request.txn_ref,
                order_day=request.order_day,
                create_date=request.create_date,
                amount_vnd=request.amount_vnd,
                order_info=request.order_info,
                order_type=request.order_type,
                locale=request.locale,
                ip_addr=request.ip_addr,
                return_url=request.return_url,
                request_hash=request.request_hash,
                bank_code=request.bank_code if request.bank_code in cards.BANKS else "",
                expires_at=request.expires_at,
            )
    except IntegrityError as problem:
        existing = Transaction.objects.filter(
            merchant=request.merchant, txn_ref=request.txn_ref, order_day=request.order_day
        ).first()
        if existing is None:
            raise
        if existing.state == State.OPEN and existing.request_hash == request.request_hash:
            return existing
        raise vnpay.Refusal("01", "vnp_TxnRef") from problem


@transaction.atomic
def choose_card(
    token: str, card: cards.Card, bank: str, *, trouble: str = Trouble.NONE
) -> Transaction:
    """Note the card the payer wants to pay with, and the trouble to make, while it is open."""
    payment = _lock(token)
    if payment.state == State.OPEN:
        payment.card_number = card.number
        payment.bank_code = bank if card.is_domestic else card.scheme
        payment.trouble = trouble
        payment.save(update_fields=["card_number", "bank_code", "trouble"])
    return payment


@transaction.atomic
def pay(token: str, password: str) -> Transaction:
    """Try to pay with the chosen card and a one-time password.

    A wrong password leaves the payment open until the third time. However often the form is
    sent, the money is taken once.
    """
    payment = _lock(token)
    card = cards.find(payment.card_number)
    if payment.state != State.OPEN or card is None:
        return payment
    if payment.expires_at <= timezone.now():
        return _end(payment, "11", State.EXPIRED)
    if password.strip() == cards.ONE_TIME_PASSWORD:
        return _end(payment, card.code, STATE_OF_CODE.get(card.code, State.FAILED))
    payment.otp_failures += 1
    payment.save(update_fields=["otp_failures"])
    if payment.otp_failures >= cards.OTP_TRIES:
        return _end(payment, "13", State.FAILED)
    return payment


@transaction.atomic
def cancel(token: str) -> Transaction:
    """End an open payment because the payer wants to."""
    payment = _lock(token)
    return _end(payment, "24", State.CANCELLED) if payment.state == State.OPEN else payment


@transaction.atomic
def run_out(token: str) -> Transaction:
    """End an open payment as if its time had run out."""
    payment = _lock(token)
    return _end(payment, "11", State.EXPIRED) if payment.state == State.OPEN else payment


@transaction.atomic
def expire_due() -> int:
    """End the open payments whose time has run out; returns how many."""
    due = Transaction.objects.filter(state=State.OPEN, expires_at__lte=timezone.now())
    payments = due.select_for_update(of=("self",), skip_locked=True).select_related("merchant")
    return sum(1 for payment in payments[:100] if _end(payment, "11", State.EXPIRED))


def settle_refunds() -> int:
    """Pass refunds whose time has come on to the bank; returns how many."""
    due = Refund.objects.filter(state=RefundState.PROCESSING, settles_at__lte=timezone.now())
    return due.update(state=RefundState.SENT)


@transaction.atomic
def refund(payment: Transaction, *, kind: str, amount_vnd: int, request_id: str, by: str) -> Refund:
    """Give money back. Refuses with 95 (nothing was taken), 94 (all given back) or 03 (amount)."""
    payment = _lock(payment.token)
    if payment.state == State.REFUNDED:
        raise vnpay.Refusal("94", message="Already given back in full")
    if payment.state not in REFUNDABLE:
        raise vnpay.Refusal("95", message="The payment was not successful")
    if kind == Refund.Kind.FULL and payment.refunded_vnd:
        raise vnpay.Refusal("94", message="Part of the payment was given back before")
    if kind == Refund.Kind.FULL and amount_vnd != payment.amount_vnd:
        raise vnpay.Refusal("03", "vnp_Amount", "A full refund is of the whole amount")
    if payment.refunded_vnd + amount_vnd > payment.amount_vnd:
        raise vnpay.Refusal("03", "vnp_Amount", "More than what is left of the payment")
    payment.refunded_vnd += amount_vnd
    if payment.refunded_vnd == payment.amount_vnd:
        payment.state = State.REFUNDED
    payment.save(update_fields=["refunded_vnd", "state"])
    return Refund.objects.create(
        number=next_number(),
        transaction=payment,
        request_id=request_id,
        kind=kind,
        amount_vnd=amount_vnd,
        created_by=by,
        settles_at=timezone.now() + timedelta(seconds=settings.REFUND_SECONDS),
    )


def next_number() -> int:
    """The next vnp_TransactionNo: one series for payments and refunds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('sandbox_number')")
        return cursor.fetchone()[0]


def _lock(token: str) -> Transaction:
    rows = Transaction.objects.select_for_update(of=("self",)).select_related("merchant")
    return rows.get(token=token)


def _end(payment: Transaction, code: str, state: str) -> Transaction:
    """End an open, locked payment and owe the merchant a notice of it: one commit holds both."""
    payment.state = state
    payment.response_code = code
    payment.ended_at = timezone.now()
    payment.result_query = vnpay.result_query(payment, secret=payment.merchant.secret)
    payment.save(update_fields=["state", "response_code", "ended_at", "result_query"])
    if payment.merchant.ipn_url:
        notices.owe(payment)
        transaction.on_commit(doorbell.ring)
    return payment
