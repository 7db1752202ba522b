"""Settlement files of the bank for tests, written apart from the sandbox and from the code that reads them.

bank.settlement_rows = [row("pay", attempt), row("refund", attempt, number="77")]
bank.settlement_rows = None       # the file says what the bank's own books say
bank.settlement_content = b"…"    # exactly this, signed
bank.settlement_signature = "…"   # instead of the right one
"""

import csv
import hashlib
import hmac
import io
from datetime import datetime, timedelta, timezone

HEAD = (
    "settlement_date,booked_at,type,txn_ref,create_date,gateway_number,pay_number,amount_vnd,"
    "fee_vnd,bank_code,status"
)
GMT7 = timezone(timedelta(hours=7))


def today():
    return datetime.now(GMT7).date()  # noqa: TID251  # the gateway's own, real day


def row(kind, txn_ref, amount, number, *, status=None, bank="NCB", order_date="20261122101500"):
    """One line of a file, without its day."""
    status = status or ("00" if kind == "pay" else "05")
    return [kind, txn_ref, order_date, number, number, amount, 0, bank, status]


def answer(bank, path):
    """``(content, headers)`` for a request of ``path``; headers ``None`` where there is no such file."""
    place, _, query = path.partition("?")
    parts = place.strip("/").split("/")
    if len(parts) != 3 or parts[0] != "settlement" or not parts[2].endswith(".csv"):
        return b"no such file", None
    merchant, day = parts[1], parts[2].removesuffix(".csv")
    given = dict(pair.split("=") for pair in query.split("&"))
    if given["vnp_SecureHash"] != sign(f"{merchant}|{day}|{given['vnp_CreateDate']}".encode()):
        return b"wrong signature", None
    content = getattr(bank, "settlement_content", None)
    if content is None:
        written = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        content = file(written, rows_of(bank, written))
    signature = getattr(bank, "settlement_signature", None) or sign(content)
    return content, {"Content-Type": "text/csv; charset=utf-8", "X-Settlement-Signature": signature}


def rows_of(bank, day):
    if bank.settlement_rows is not None:
        return bank.settlement_rows
    if day != today().isoformat():
        return []
    rows = []
    for txn_ref, payment in bank.payments.items():
        if payment.status in ("00", "07"):
            rows.append(row("pay", txn_ref, payment.amount, payment.number, status=payment.status))
        if payment.refunded:
            number = f"9{payment.number}"
            status = payment.refund_status
            rows.append(row("refund", txn_ref, payment.refunded, number, status=status))
    return rows


def file(day, rows):
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEAD.split(","))
    for kind, *rest in rows:
        writer.writerow([day, f"{day}T10:00:00+07:00", kind, *rest])
    return text.getvalue().encode()


def sign(data):
    from tests.payments.bank import SECRET

    return hmac.new(SECRET.encode(), data, hashlib.sha512).hexdigest()
