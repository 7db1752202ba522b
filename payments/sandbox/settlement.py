"""The settlement file: what moved for one merchant on one day of the gateway's own, real time.

Format: docs/sandbox.md, “The settlement file”. Merchants fetch it with a signed address.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from payments.sandbox import signing, vnpay
from payments.sandbox.models import Merchant, Refund, Transaction
from payments.sandbox.orders import Refusal
from payments.sandbox.states import MONEY_TAKEN, REFUND_STATUS_OF

COLUMNS = (
    *("settlement_date", "booked_at", "type", "txn_ref", "create_date", "gateway_number"),
    *("pay_number", "amount_vnd", "fee_vnd", "bank_code", "status"),
)
TOLERANCE = timedelta(minutes=15)  # between the merchant's clock and ours


@require_GET
def fetch(request, tmn_code, day):
    """The file as CSV for the merchant's server: 400 no day, 403 not the merchant, 404 not begun."""
    try:
        on = vnpay.read_date(f"{day}000000").date()
    except Refusal:
        return _refused(400, "That is not a day: write it as YYYYMMDD.")
    merchant = Merchant.objects.filter(tmn_code=tmn_code).first()
    if merchant is None or not _is_signed(request, merchant, day):
        return _refused(
            403,
            "Sign “TMN code|day|vnp_CreateDate” with your secret (HMAC-SHA512) and send "
            "vnp_CreateDate of now, GMT+7, with vnp_SecureHash.",
        )
    if on > today():
        return _refused(404, "That day has not begun.")
    return answer(merchant, on)


def answer(merchant: Merchant, on: date) -> HttpResponse:
    """The file as a download, signed with the merchant's secret."""
    content = write(merchant, on)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    name = f"settlement-{merchant.tmn_code}-{on:%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Settlement-Signature"] = signing.mac(merchant.secret, content)
    response["X-Settlement-Closed"] = "yes" if on < today() else "no"
    return response


def write(merchant: Merchant, on: date) -> bytes:
    """The file's bytes: RFC 4180, UTF-8, a header line, then the movements in their order."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    table.writerows(rows(merchant, on))
    return text.getvalue().encode()


def rows(merchant: Merchant, on: date) -> list[tuple]:
    """Payments charged and refunds taken on that day, oldest first; see ``COLUMNS``."""
    moved = sorted([*_payments(merchant, on), *_refunds(merchant, on)], key=lambda row: row[:2])
    return [(on.isoformat(), _written(at), *rest) for at, _number, *rest in moved]


def today() -> date:
    """The gateway's day: real time, whatever the merchants' clocks say."""
    return timezone.localtime().date()


def days(merchant: Merchant) -> list[date]:
    """The days on which something moved for a merchant, newest first."""
    paid = merchant.transactions.filter(state__in=MONEY_TAKEN).dates("ended_at", "day")
    returned = Refund.objects.filter(transaction__merchant=merchant).dates("requested_at", "day")
    return sorted({*paid, *returned}, reverse=True)


def _payments(merchant, on) -> Iterator[tuple]:
    found = Transaction.objects.filter(
        merchant=merchant, state__in=MONEY_TAKEN, ended_at__range=_hours_of(on)
    )
    for payment in found:
        yield (
            *(payment.ended_at, payment.number, "pay", payment.txn_ref, payment.create_date),
            *(payment.number, payment.number, payment.amount_vnd, payment.fee_vnd),
            *(payment.bank_code, payment.response_code),  # 00 and 07 are its status as well
        )


def _refunds(merchant, on) -> Iterator[tuple]:
    found = Refund.objects.filter(
        transaction__merchant=merchant, requested_at__range=_hours_of(on)
    ).select_related("transaction")
    for refund in found:
        payment = refund.transaction
        yield (
            *(refund.requested_at, refund.number, "refund", payment.txn_ref, payment.create_date),
            *(refund.number, payment.number, refund.amount_vnd, 0),
            *(payment.bank_code, REFUND_STATUS_OF[refund.state]),
        )


def _hours_of(on: date) -> tuple[datetime, datetime]:
    zone = timezone.get_default_timezone()
    return tuple(datetime.combine(on, at, zone) for at in (time.min, time.max))


def _written(at: datetime) -> str:
    return timezone.localtime(at).replace(microsecond=0).isoformat()


def _is_signed(request, merchant, day) -> bool:
    at = request.GET.get("vnp_CreateDate", "")
    expected = signing.joined([merchant.tmn_code, day, at], secret=merchant.secret)
    if not signing.same(request.GET.get("vnp_SecureHash", ""), expected):
        return False
    try:
        return abs(vnpay.read_date(at) - timezone.now()) <= TOLERANCE
    except Refusal:
        return False


def _refused(status, sentence):
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
