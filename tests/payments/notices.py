"""Notices of payment as the gateway signs them, written apart from the code under test."""

import hashlib
import hmac
from urllib.parse import urlencode

from django.conf import settings


def notice_query(attempt, *, secret=None, **changes):
    """The query of a successful notice for ``attempt``; ``changes`` replace parameters (without ``vnp_``)."""
    values = {
        "Amount": attempt.amount * 100,
        "BankCode": "NCB",
        "CardType": "ATM",
        "OrderInfo": "Le phi",
        "PayDate": "20261122101500",
        "ResponseCode": "00",
        "TmnCode": attempt.tmn_code,
        "TransactionNo": 14_000_000 + attempt.pk,
        "TransactionStatus": "00",
        "TxnRef": attempt.txn_ref,
    } | changes
    signed = urlencode(sorted((f"vnp_{key}", value) for key, value in values.items()))
    key = (secret or settings.GATEWAY["secret"]).encode()
    return f"{signed}&vnp_SecureHash={hmac.new(key, signed.encode(), hashlib.sha512).hexdigest()}"
