"""VNPAY 2.1.0 on the gateway's side: what is read from the wire and what is written to it.

Reading refuses with ``Refusal`` and its protocol code. Sources: docs/sandbox.md.
"""

import json
import re
import unicodedata
from datetime import datetime, timedelta, timezone
from uuid import uuid4

from payments.sandbox import cards, drivers, signing
from payments.sandbox.models import LARGEST_AMOUNT_VND, Merchant, Refund, Transaction
from payments.sandbox.orders import Order, Refusal
from payments.sandbox.states import REFUND_STATUS_OF, STATUS_OF, State

GMT7 = timezone(timedelta(hours=7))
TIME_TO_PAY = timedelta(minutes=15)  # where the merchant sends no vnp_ExpireDate
LONGEST_QUERY = 8192  # bytes

DATE = r"20[0-9]{12}"
AMOUNT = r"[1-9][0-9]{0,11}"
TXN_REF = r"[A-Za-z0-9 .,:_-]{1,100}"
ANY_TEXT = r"[^\x00-\x1f\x7f]{1,255}"
PAY_FIELDS = {
    "vnp_Version": r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}",
    "vnp_Command": r"pay|genqr",
    "vnp_TmnCode": r"[A-Za-z0-9]{8}",
    "vnp_Amount": AMOUNT,
    "vnp_CreateDate": DATE,
    "vnp_CurrCode": r"VND",
    "vnp_IpAddr": r"[0-9A-Fa-f.:]{7,45}|::1",  # merchants on their own machine send the short one
    "vnp_Locale": r"vn|en",
    "vnp_OrderInfo": ANY_TEXT,
    "vnp_OrderType": r"[A-Za-z0-9 ._-]{1,100}",
    "vnp_ReturnUrl": r"(?=.{10,255}$)https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?][!-~]*)?",
    "vnp_TxnRef": TXN_REF,
    "vnp_ExpireDate": DATE,
    "vnp_BankCode": r"[A-Za-z0-9]{3,20}",
}
PAY_OPTIONAL = {"vnp_ExpireDate", "vnp_BankCode"}
API_FIELDS = {
    "vnp_RequestId": r"[A-Za-z0-9._:-]{1,32}",
    "vnp_Version": PAY_FIELDS["vnp_Version"],
    "vnp_Command": r"querydr|refund",
    "vnp_TmnCode": PAY_FIELDS["vnp_TmnCode"],
    "vnp_TxnRef": TXN_REF,
    "vnp_TransactionDate": DATE,
    "vnp_CreateDate": DATE,
    "vnp_IpAddr": PAY_FIELDS["vnp_IpAddr"],
    "vnp_OrderInfo": ANY_TEXT,
}
REFUND_FIELDS = {
    "vnp_TransactionType": r"02|03",
    "vnp_Amount": AMOUNT,
    "vnp_CreateBy": r"[^\x00-\x1f\x7f]{1,245}",
}
QUERY_SIGNED = (
    *("RequestId", "Version", "Command", "TmnCode", "TxnRef", "TransactionDate"),
    *("CreateDate", "IpAddr", "OrderInfo"),
)
REFUND_SIGNED = (
    *("RequestId", "Version", "Command", "TmnCode", "TransactionType", "TxnRef", "Amount"),
    *("TransactionNo", "TransactionDate", "CreateBy", "CreateDate", "IpAddr", "OrderInfo"),
)
REFUND_ANSWER = (
    *("ResponseId", "Command", "ResponseCode", "Message", "TmnCode", "TxnRef", "Amount"),
    *("BankCode", "PayDate", "TransactionNo", "TransactionType", "TransactionStatus", "OrderInfo"),
)
QUERY_ANSWER = (*REFUND_ANSWER, "PromotionCode", "PromotionAmount")


def read_pay_request(raw_query: bytes, *, now: datetime) -> Order:
    """Read and check the query of ``vpcpay.html``, for a browser (``pay``) or a QR code (``genqr``).

    Refuses with 72 (no such merchant), 70 (signature), 03 (form; ``field`` says which), 15 (too
    late). Whoever is not the merchant learns nothing about the other parameters.
    """
    if len(raw_query) > LONGEST_QUERY:
        raise Refusal("03")
    try:
        pairs = signing.parameters(raw_query)
        values = signing.values(pairs)
    except signing.Unreadable as problem:
        raise Refusal("03", problem.field) from problem
    merchant = Merchant.objects.filter(
        tmn_code=_checked(values, "vnp_TmnCode", PAY_FIELDS["vnp_TmnCode"])
    ).first()
    if merchant is None:
        raise Refusal("72", "vnp_TmnCode")
    if not signing.fits(pairs, secret=merchant.secret):
        raise Refusal("70", "vnp_SecureHash")
    for field, pattern in PAY_FIELDS.items():
        if field not in PAY_OPTIONAL or values.get(field):
            _checked(values, field, pattern)
    amount_vnd = _amount_vnd(values)
    created_at = read_date(values["vnp_CreateDate"], field="vnp_CreateDate")
    expires_at = now + TIME_TO_PAY
    if values.get("vnp_ExpireDate"):
        expires_at = read_date(values["vnp_ExpireDate"], field="vnp_ExpireDate")
    if expires_at <= now:
        raise Refusal("15", "vnp_ExpireDate")
    return Order(
        protocol=VnPay.name,
        merchant=merchant,
        txn_ref=values["vnp_TxnRef"],
        order_day=created_at.date(),
        create_date=values["vnp_CreateDate"],
        amount_vnd=amount_vnd,
        order_info=values["vnp_OrderInfo"],
        order_type=values["vnp_OrderType"],
        locale=values["vnp_Locale"],
        ip_addr=values["vnp_IpAddr"],
        return_url=values["vnp_ReturnUrl"],
        expires_at=expires_at,
        request_hash=values["vnp_SecureHash"],
        bank_code=values.get("vnp_BankCode", ""),
        wants_qr_only=values["vnp_Command"] == "genqr",
    )


def result_query(transaction: Transaction, *, secret: str, amount_vnd: int | None = None) -> str:
    """What payer and merchant are told about an ended payment: parameters signed with ``secret``.

    Another ``amount_vnd`` than the payment's makes a false notice. Only ``[A-Za-z0-9 .,:_-]``
    goes out, which every encoder writes alike.
    """
    card = cards.find(transaction.card_number)
    at_bank = card is not None and transaction.state not in (State.CANCELLED, State.EXPIRED)
    return signing.signed_query(
        {
            "vnp_TmnCode": transaction.merchant.tmn_code,
            "vnp_Amount": str((amount_vnd or transaction.amount_vnd) * 100),
            "vnp_BankCode": transaction.bank_code if at_bank else "VNPAY",
            "vnp_BankTranNo": f"VNP{transaction.number}" if at_bank else "",
            "vnp_CardType": card.scheme if at_bank else "ATM",
            "vnp_OrderInfo": plain(transaction.order_info) or "-",
            "vnp_PayDate": write_date(transaction.ended_at),
            "vnp_ResponseCode": transaction.response_code,
            "vnp_TransactionNo": str(transaction.number) if at_bank else "0",
            "vnp_TransactionStatus": STATUS_OF[transaction.state],
            "vnp_TxnRef": transaction.txn_ref,
        },
        secret=secret,
    )


class VnPay(drivers.Driver):
    """Results as a signed query: on the way back, and by HTTP GET to the IPN address."""

    name = "vnpay"

    def result(self, payment, *, secret, amount_vnd=None):
        return result_query(payment, secret=secret, amount_vnd=amount_vnd)

    def way_back(self, payment):
        return with_query(payment.return_url, payment.result_query)

    def notice_address(self, merchant):
        return merchant.ipn_url

    def notice(self, merchant, result):
        return drivers.Message("GET", with_query(merchant.ipn_url, result))

    def answer_code(self, answer):
        return str(answer.get("RspCode", ""))


drivers.register(VnPay())


def with_query(url: str, query: str) -> str:
    """``url`` with ``query`` added to whatever query it has."""
    address, hash_sign, fragment = url.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{query}{hash_sign}{fragment}"


def read_api_body(body: bytes) -> dict[str, str]:
    """The fields of a POST to the transaction API as the texts they are signed as.

    Merchants send dates and amounts as numbers or as texts; ``str(value)`` is what both sign.
    Fractions are refused, because ``1.1 * 100`` is not 110, and so are nulls, truth values and
    nested values, because every language writes them differently. Raises ``Refusal`` 03.
    """
    try:
        fields = json.loads(
            body.decode("utf-8"), object_pairs_hook=_once, parse_float=_no, parse_constant=_no
        )
    except (ValueError, RecursionError) as problem:
        raise Refusal("03", message="Body is not one JSON object of texts and whole numbers") from (
            problem
        )
    if not isinstance(fields, dict):
        raise Refusal("03", message="Body is not a JSON object")
    for key, value in fields.items():
        if type(value) not in (str, int) or not _storable(f"{key}{value}"):
            raise Refusal("03", message="A value is neither a short text nor a whole number")
    return {key: str(value) for key, value in fields.items()}


def check_api_fields(fields: dict[str, str]) -> None:
    """Raises ``Refusal`` 03 naming the first field with a wrong form."""
    for field, pattern in API_FIELDS.items():
        _checked(fields, field, pattern)
    read_date(fields["vnp_TransactionDate"], field="vnp_TransactionDate")
    read_date(fields["vnp_CreateDate"], field="vnp_CreateDate")
    if fields["vnp_Command"] == "refund":
        for field, pattern in REFUND_FIELDS.items():
            _checked(fields, field, pattern)
        _amount_vnd(fields)
        if not re.fullmatch(r"[0-9]{0,15}", fields.get("vnp_TransactionNo", ""), re.ASCII):
            raise Refusal("03", "vnp_TransactionNo")


def api_checksum_fits(fields: dict[str, str], *, secret: str) -> bool:
    """Whether the checksum of a checked API request was made with ``secret``.

    A refund without vnp_TransactionNo may be signed with nothing or with 0 in its place: widely
    used clients do either.
    """
    given = fields.get("vnp_SecureHash", "")
    names = REFUND_SIGNED if fields["vnp_Command"] == "refund" else QUERY_SIGNED
    readings = [fields]
    if "vnp_TransactionNo" not in fields:
        readings.append({**fields, "vnp_TransactionNo": "0"})
    matches = [
        signing.same(given, signing.joined([f.get(f"vnp_{n}", "") for n in names], secret=secret))
        for f in readings
    ]
    return any(matches)


def api_answer(
    code: str, message: str, *, fields: dict[str, str], merchant: Merchant | None, **details: str
) -> dict[str, str]:
    """The body of an answer: signed where the merchant is known, its keys in the signed order."""
    names = QUERY_ANSWER if fields.get("vnp_Command") == "querydr" else REFUND_ANSWER
    told = {
        "ResponseId": uuid4().hex,
        "Command": fields.get("vnp_Command", "")[:20],
        "ResponseCode": code,
        "Message": message,
        "TmnCode": fields.get("vnp_TmnCode", "")[:8],
        "TxnRef": fields.get("vnp_TxnRef", "")[:100],
        **details,
    }
    answer = {f"vnp_{name}": told.get(name, "") for name in names}
    if merchant is not None:
        answer["vnp_SecureHash"] = signing.joined(list(answer.values()), secret=merchant.secret)
    return answer


def describe(transaction: Transaction, refund: Refund | None) -> dict[str, str]:
    """What the API says about a payment, or about its refund: the keywords of ``api_answer``."""
    ended = transaction.ended_at or transaction.opened_at
    if refund is None:
        kind, status, number = "01", STATUS_OF[transaction.state], transaction.number
        amount_vnd, at = transaction.amount_vnd, ended
    else:
        kind, status, number = refund.kind, REFUND_STATUS_OF[refund.state], refund.number
        amount_vnd, at = refund.amount_vnd, refund.requested_at
    return {
        "Amount": str(amount_vnd * 100),
        "BankCode": transaction.bank_code or "VNPAY",
        "PayDate": write_date(at),
        "TransactionNo": str(number),
        "TransactionType": kind,
        "TransactionStatus": status,
        "OrderInfo": plain(transaction.order_info) or "-",
    }


def plain(text: str) -> str:
    """Text without accents and without characters that encoders disagree on."""
    folded = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return re.sub(r"[^A-Za-z0-9 .,:_-]", "", folded, flags=re.ASCII).strip()


def write_date(instant: datetime) -> str:
    """``yyyyMMddHHmmss``, GMT+7."""
    return instant.astimezone(GMT7).strftime("%Y%m%d%H%M%S")


def read_date(text: str, field: str = "") -> datetime:
    """The instant of ``yyyyMMddHHmmss``, GMT+7. Raises ``Refusal`` 03 for 31 February."""
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=GMT7)
    except ValueError as problem:
        raise Refusal("03", field) from problem


def _checked(values: dict[str, str], field: str, pattern: str) -> str:
    value = values.get(field, "")
    if not re.fullmatch(pattern, value, re.ASCII):
        raise Refusal("03", field)
    return value


def _amount_vnd(values: dict[str, str]) -> int:
    amount = int(values["vnp_Amount"])
    if amount % 100 or amount // 100 > LARGEST_AMOUNT_VND:
        raise Refusal("03", "vnp_Amount")
    return amount // 100


def _storable(text: str) -> bool:
    return len(text) <= 1000 and "\x00" not in text and not re.search("[\ud800-\udfff]", text)


def _once(pairs: list) -> dict:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a repeated key")
    return dict(pairs)


def _no(text: str):
    raise ValueError(f"not a whole number: {text}")
