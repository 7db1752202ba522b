"""The gateway's settlement file: fetched over HTTP, signature checked, read row by row. Imports no Django.

Form: docs/sandbox.md. The day of a file is the gateway's own, real, GMT+7. Amounts are whole dong.
"""

import csv
import hashlib
import hmac
import io
import re
import time
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit, urlunsplit

import httpx

from payments.protocol.messages import BadSignature, GatewayConfig, Malformed, OutcomeUnknown
from payments.protocol.wire import wire_date

COLUMNS = [
    *("settlement_date", "booked_at", "type", "txn_ref", "create_date", "gateway_number"),
    *("pay_number", "amount_vnd", "fee_vnd", "bank_code", "status"),
]
FETCH_SECONDS = 20.0  # the whole file
LARGEST_FILE_BYTES = 64 * 1024 * 1024
LARGEST_AMOUNT_VND = 9_999_999_999
REFUSED = "09"  # a refund that the bank turned down: no money moved

_AMOUNT = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_TXN_REF = re.compile(r"[A-Za-z0-9 .,:_-]{1,100}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_STATUS = re.compile(r"[0-9]{2}", re.ASCII)
_BANK = re.compile(r"[A-Za-z0-9]{0,20}", re.ASCII)
_DATE = re.compile(r"[0-9]{14}", re.ASCII)


@dataclass(frozen=True)
class Movement:
    """One movement of money at the gateway. ``kind`` is ``payment`` or ``refund``; ``amount`` in VND."""

    kind: str
    txn_ref: str
    order_date: str
    gateway_number: str
    amount: int
    bank_code: str
    status: str


def fetch(day: date, *, config: GatewayConfig, now: datetime) -> bytes:
    """The file of one day as the gateway signed it.

    Raises ``OutcomeUnknown`` where the gateway gives none, ``BadSignature`` where it is not the gateway's.
    """
    text = day.strftime("%Y%m%d")
    created = wire_date(now)
    signed = _hmac(config.secret, f"{config.tmn_code}|{text}|{created}".encode())
    api = urlsplit(config.api_url)
    url = urlunsplit(
        api._replace(
            path=f"/settlement/{config.tmn_code}/{text}.csv",
            query=f"vnp_CreateDate={created}&vnp_SecureHash={signed}",
        )
    )
    content, signature = _get(url)
    if not hmac.compare_digest(signature.encode(), _hmac(config.secret, content).encode()):
        raise BadSignature("the settlement file is not signed by the gateway")
    return content


def read(content: bytes, day: date) -> list[Movement]:
    """The movements of money of a file. Raises ``Malformed``, naming the line, for anything unforeseen."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise Malformed("the settlement file is not readable") from problem
    if not rows or rows[0] != COLUMNS:
        raise Malformed("the settlement file does not begin with its columns")
    movements = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(COLUMNS):
            raise Malformed(f"line {number} of the settlement file has {len(row)} columns")
        movement = _movement(dict(zip(COLUMNS, row, strict=True)), day, number)
        if movement.kind == "payment" or movement.status != REFUSED:
            movements.append(movement)
    return movements


def _movement(row: dict[str, str], day: date, number: int) -> Movement:
    kinds = {"pay": "payment", "refund": "refund"}
    wanted = {
        "amount_vnd": _AMOUNT,
        "txn_ref": _TXN_REF,
        "gateway_number": _NUMBER,
        "status": _STATUS,
        "bank_code": _BANK,
        "create_date": _DATE,
    }
    wrong = [key for key, pattern in wanted.items() if not pattern.fullmatch(row[key])]
    if row["type"] not in kinds:
        wrong.append("type")
    if row["settlement_date"] != day.isoformat():
        wrong.append("settlement_date")
    if wrong:
        raise Malformed(f"line {number} of the settlement file: {', '.join(wrong)}")
    return Movement(
        kind=kinds[row["type"]],
        txn_ref=row["txn_ref"],
        order_date=row["create_date"],
        gateway_number=row["gateway_number"],
        amount=int(row["amount_vnd"]),
        bank_code=row["bank_code"],
        status=row["status"],
    )


def _get(url: str) -> tuple[bytes, str]:
    give_up = time.monotonic() + FETCH_SECONDS
    content = bytearray()
    try:
        with (
            httpx.Client(timeout=5, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
        ):
            if response.status_code != 200:
                raise OutcomeUnknown(
                    f"the gateway answered with HTTP status {response.status_code}"
                )
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > LARGEST_FILE_BYTES:
                    raise OutcomeUnknown("the settlement file is too large")
                if time.monotonic() > give_up:
                    raise OutcomeUnknown("the settlement file takes too long")
            return bytes(content), response.headers.get("X-Settlement-Signature", "")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as problem:
        raise OutcomeUnknown(f"the gateway did not answer: {problem!r}") from problem


def _hmac(secret: str, data: bytes) -> str:
    return hmac.new(secret.encode(), data, hashlib.sha512).hexdigest()
