"""What can happen at the gateway. Every verb locks the payment first and commits as one."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from payments.sandbox import cards, doorbell, drivers, notices
from payments.sandbox.models import Merchant, Refund, Transaction
from payments.sandbox.orders import Order, Refusal
from payments.sandbox.states import MONEY_TAKEN, REFUNDABLE, RefundState, State
from payments.sandbox.switches import Switches

STATE_OF_CODE = {"00": State.PAID, "07": State.SUSPECTED, "24": State.CANCELLED}


def register_merchant(*, tmn_code: str, **details: str) -> Merchant:
    """Register a merchant, or bring a registered one up to date. Safe to run in many processes.

    ``details`` are ``secret``, ``name``, ``ipn_url``, ``confirm_url`` and ``return_url``.
    """
    Merchant.objects.bulk_create(
        [Merchant(tmn_code=tmn_code, **details)],
        update_conflicts=True,
        unique_fields=["tmn_code"],
        update_fields=list(details),
    )
    return Merchant.objects.get(tmn_code=tmn_code)


def open_payment(order: Order) -> Transaction:
    """Open the payment a merchant asks for.

    The very same request, seen again while the payment is open, leads to the same payment: people
    reload and go back. Any other second use of a reference within its day is refused with 01.
    """
    try:
        with transaction.atomic():
            return Transaction.objects.create(
                number=next_number(),
                protocol=order.protocol,
                merchant=order.merchant,
                txn_ref=order.txn_ref,
                order_day=order.order_day,
                create_date=order.create_date,
                amount_vnd=order.amount_vnd,
                order_info=order.order_info,
                order_type=order.order_type,
                locale=order.locale,
                ip_addr=order.ip_addr,
                return_url=order.return_url,
                request_hash=order.request_hash,
                asked_bank=order.bank_code,
                receipt=order.receipt,
                bank_code=order.bank_code if order.bank_code in cards.BANKS else "",
                expires_at=order.expires_at,
            )
    except IntegrityError as problem:
        existing = Transaction.objects.filter(
            merchant=order.merchant, txn_ref=order.txn_ref, order_day=order.order_day
        ).first()
        if existing is None:
            raise
        if existing.state == State.OPEN and existing.request_hash == order.request_hash:
            return existing
        raise Refusal("01", "vnp_TxnRef") from problem


@transaction.atomic
def choose_card(token: str, card: cards.Card, bank: str) -> Transaction:
    """Note what the payer wants to pay with, while the payment is open."""
    payment = _lock(token)
    if payment.state == State.OPEN:
        _note_card(payment, card, bank)
    return payment


@transaction.atomic
def set_switches(payment: Transaction, switches: Switches | None) -> Transaction:
    """Decide what goes wrong with one payment; ``None``: what its merchant's switches say.

    After its end only refunds can still be refused: its notices are written down by then.
    """
    payment = _lock(payment.token)
    payment.switches = None if switches is None else switches.stored()
    payment.save(update_fields=["switches"])
    return payment


def set_merchant_switches(merchant: Merchant, switches: Switches) -> None:
    """Decide what goes wrong with every later payment of a merchant that has no switches itself."""
    Merchant.objects.filter(pk=merchant.pk).update(switches=switches.stored())


def set_fee(merchant: Merchant, basis_points: int) -> None:
    """Agree another fee with a merchant, for what is paid from now on."""
    Merchant.objects.filter(pk=merchant.pk).update(fee_basis_points=basis_points)


@transaction.atomic
def pay_by_qr(token: str, account: cards.Card) -> Transaction:
    """Pay from another device, whose owner was asked for no password; once, however often it is sent."""
    payment = _lock(token)
    if payment.state != State.OPEN:
        return payment
    if payment.expires_at <= timezone.now():
        return _end(payment, "11", State.EXPIRED)
    _note_card(payment, account, account.bank_code)
    return _end(payment, account.code, _state_after(account))


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
        return _end(payment, card.code, _state_after(card))
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
    tokens = list(due.order_by("pk").values_list("pk", "transaction__token")[:100])
    return sum(_settle(pk, token) for pk, token in tokens)


@transaction.atomic
def _settle(pk: int, token: str) -> bool:
    """Send one refund to the bank, which takes it or, where switches say so, refuses it."""
    payment = _lock(token)
    refund = Refund.objects.select_for_update().get(pk=pk)
    if refund.state != RefundState.PROCESSING:
        return False
    merchants = Switches.read(payment.merchant.switches)
    refused = payment.telling.refuse_refunds or merchants.refuse_refunds
    refund.state = RefundState.REFUSED if refused else RefundState.SENT
    refund.save(update_fields=["state"])
    if refused:
        payment.refunded_vnd -= refund.amount_vnd
        payment.state = STATE_OF_CODE[payment.response_code]
        payment.save(update_fields=["refunded_vnd", "state"])
    return True


@transaction.atomic
def refund(payment: Transaction, *, kind: str, amount_vnd: int, request_id: str, by: str) -> Refund:
    """Give money back. Refuses with 95 (nothing was taken), 94 (all given back) or 03 (amount)."""
    payment = _lock(payment.token)
    if payment.state == State.REFUNDED:
        raise Refusal("94", message="Already given back in full")
    if payment.state not in REFUNDABLE:
        raise Refusal("95", message="The payment was not successful")
    if kind == Refund.Kind.FULL and payment.refunded_vnd:
        raise Refusal("94", message="Part of the payment was given back before")
    if kind == Refund.Kind.FULL and amount_vnd != payment.amount_vnd:
        raise Refusal("03", "vnp_Amount", "A full refund is of the whole amount")
    if payment.refunded_vnd + amount_vnd > payment.amount_vnd:
        raise Refusal("03", "vnp_Amount", "More than what is left of the payment")
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


def _state_after(card: cards.Card) -> str:
    return State.REVERSED if card.is_reversed else STATE_OF_CODE.get(card.code, State.FAILED)


def _end(payment: Transaction, code: str, state: str) -> Transaction:
    """End an open, locked payment and owe the merchant a notice of it: one commit holds both."""
    driver = drivers.of(payment)
    payment.state = state
    payment.response_code = code
    payment.ended_at = timezone.now()
    payment.result_query = driver.result(payment, secret=payment.merchant.secret)
    payment.switches = payment.telling.stored()  # what the merchant's say later is for later ones
    if state in MONEY_TAKEN:
        payment.fee_vnd = (payment.amount_vnd * payment.merchant.fee_basis_points + 5000) // 10000
    payment.save(
        update_fields=[
            *("state", "response_code", "ended_at", "result_query", "switches", "fee_vnd")
        ]
    )
    if driver.notice_address(payment.merchant):
        notices.owe(payment)
        transaction.on_commit(doorbell.ring)
    return payment


def _note_card(payment: Transaction, card: cards.Card, bank: str) -> None:
    payment.card_number = card.number
    payment.bank_code = bank if card.is_domestic else card.bank_code
    payment.save(update_fields=["card_number", "bank_code"])
