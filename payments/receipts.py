"""Electronic receipts (biên lai điện tử): numbered per agency and year, kept as PDF, checked by whoever holds one."""

import secrets
from urllib.parse import urlencode

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from dossiers import papers
from dossiers.states import Channel
from payments.models import Receipt
from payments.states import State
from portal import clock
from portal.documents.models import StoredDocument
from portal.workflow import allows

READS = allows("payment.read")

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is read for something else
CHECK_LETTERS = 10
PAID_BY_CASH = "Tiền mặt tại quầy"
PAID_ONLINE = "Trực tuyến qua cổng thanh toán"
GIVEN_BACK = {
    "gateway": "Hoàn về thẻ hoặc tài khoản đã dùng để nộp",
    "counter": "Tiền mặt tại quầy",
    "transfer": "Chuyển khoản của cơ quan",
}


# Issuing -------------------------------------------------------------------------------------


def issue_for_attempt(attempt):
    """The receipt for a captured attempt, issued once; ``None`` for one that holds no fee (a surplus is none)."""
    if attempt.state != State.CAPTURED:
        return None
    return _once({"attempt": attempt}, attempt.handling_agency, attempt.dossier, attempt.request)


def issue_for_cash(cash_receipt):
    """The receipt for a fee that was paid at the counter, issued once."""
    request = cash_receipt.request
    return _once(
        {"cash_receipt": cash_receipt}, request.dossier.handling_agency, request.dossier, request
    )


def issue_counter(refund):
    """The counter-receipt for a fee given back, issued once; ``None`` where no receipt was issued for it."""
    payment = refund.attempt or refund.cash_receipt
    receipt = Receipt.objects.filter(
        **{"attempt" if refund.attempt else "cash_receipt": payment}
    ).first()
    if receipt is None:
        return None
    label = {
        "label_vi": f"Hoàn trả theo biên lai {receipt.code}",
        "label_en": f"Given back from receipt {receipt.code}",
        "quantity": 1,
        "amount_vnd": refund.amount,
    }
    return _issue_once(
        {"refund": refund},
        kind=Receipt.Kind.COUNTER,
        agency=receipt.agency,
        dossier=receipt.dossier,
        amount=refund.amount,
        lines=[label],
        cancels=receipt,
    )


def _once(source, agency, dossier, request):
    return _issue_once(
        source,
        kind=Receipt.Kind.RECEIPT,
        agency=agency,
        dossier=dossier,
        amount=request.amount,
        lines=request.lines,
    )


def _issue_once(source, *, agency, **fields):
    """The receipt of ``source``, made now if there is none. Whoever comes second gets the first one's."""
    if (kept := Receipt.objects.filter(**source).first()) is not None:
        return kept
    now = clock.now()
    try:
        with transaction.atomic():  # the number goes back with a receipt that fails
            number = _next_number(agency, now.year)
            return Receipt.objects.create(
                **source,
                **fields,
                agency=agency,
                year=now.year,
                number=number,
                code=f"BL-{agency.code}-{now.year}-{number:06d}",
                check_code="".join(secrets.choice(ALPHABET) for _ in range(CHECK_LETTERS)),
                issued_at=now,
            )
    except IntegrityError:
        kept = Receipt.objects.filter(**source).first()
        if kept is None:
            raise
        return kept


def _next_number(agency, year):
    """The next number of ``agency`` in ``year``; its row stays locked until the receipt is committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_receiptcounter (agency_id, year, last) VALUES (%s, %s, 1) "
            "ON CONFLICT (agency_id, year) DO UPDATE SET last = payments_receiptcounter.last + 1 RETURNING last",
            [agency.pk, year],
        )
        return cursor.fetchone()[0]


# Checking ------------------------------------------------------------------------------------


def verify(code, check_code):
    """The receipt with this number and check code, else ``None``: which of the two was wrong is not told."""
    wanted = "".join(check_code.split()).replace("-", "").upper()
    receipt = (
        Receipt.objects.select_related("agency", "cancels")
        .filter(code=code.strip().upper())
        .first()
    )
    expected = receipt.check_code if receipt else "-" * CHECK_LETTERS
    fits = secrets.compare_digest(wanted.encode("utf-8", "replace"), expected.encode())
    return receipt if fits else None


def verification_address(receipt):
    query = urlencode({"number": receipt.code, "check": receipt.check_code})
    return f"{settings.PORTAL_PUBLIC_URL}{reverse('payments:verify')}?{query}"


# Printing ------------------------------------------------------------------------------------


def printed(receipt):
    """The receipt as PDF, typeset at its first use; asked for again, the same bytes."""
    role = StoredDocument.Role.PAYMENT_RECEIPT
    key = papers.key_of(receipt.public_id, role)
    return papers.kept(key) or papers.issue(key, role, receipt.dossier, printed_data(receipt))


def printed_data(receipt):
    """What the form ``payment_receipt`` prints."""
    dossier = receipt.dossier
    payer = dossier.filed_by.full_name if dossier.channel == Channel.ONLINE else ""
    data = papers.common_data(dossier, issued_at=receipt.issued_at) | {
        "agency": receipt.agency.name_vi,
        "number": receipt.code,
        "check_code": f"{receipt.check_code[:5]}-{receipt.check_code[5:]}",
        "payer": payer or dossier.applicant_name,
        "collected_for": receipt.agency.name_vi,
        "lines": [
            {"name": _line_name(line), "amount_vnd": line["amount_vnd"]} for line in receipt.lines
        ],
        "verify_url": verification_address(receipt),
        **_paid(receipt),
    }
    if receipt.agency.parent_id:
        data["parent_agency"] = receipt.agency.parent.name_vi
    else:
        data.pop("parent_agency", None)
    return data


def _paid(receipt):
    if receipt.kind == Receipt.Kind.COUNTER:
        refund = receipt.refund
        return {
            "title": "Biên lai hoàn trả phí, lệ phí",
            "title_en": "Counter-receipt for a fee given back",
            "cancels": receipt.cancels.code,
            "method": GIVEN_BACK[refund.way],
            "gateway_number": refund.gateway_number or "–",
            "paid_at": receipt.issued_at,
        }
    if receipt.attempt is None:
        return {
            "method": PAID_BY_CASH,
            "gateway_number": "–",
            "paid_at": receipt.cash_receipt.received_at,
        }
    captured = receipt.attempt.history.filter(target=State.CAPTURED).first()
    return {
        "method": PAID_ONLINE,
        "bank": receipt.attempt.bank_code,
        "gateway_number": receipt.attempt.gateway_number,
        "paid_at": captured.at,
    }


def _line_name(line):
    """What was paid for, in Vietnamese, with how many and by which rule it costs less."""
    name = line["label_vi"]
    if line.get("quantity", 1) > 1:
        name = f"{name} × {line['quantity']}"
    if reason := line.get("reason_vi"):
        return f"{name}: {reason} ({line['legal_basis_vi']})"
    return name
