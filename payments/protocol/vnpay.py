"""The portal's side of VNPAY 2.1.0, as a client.

Pure protocol and plain HTTP: no Django, no database, no settings. The caller hands in the
configuration and the time, stores what must be stored *before* it calls, and decides what an
answer means for its books.

Sources: docs/sandbox.md. Money is an integer number of dong everywhere in this
module; the factor 100 exists on the wire only. Dates on the wire are GMT+7, real time.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import parse_qsl, quote_plus, urlsplit

from payments.protocol.calls import ask, fetch
from payments.protocol.messages import (
    BadSignature,
    GatewayConfig,
    Malformed,
    Notice,
    OutcomeUnknown,
    PayOrder,
    QueryOrder,
    QueryOutcome,
    RefundOrder,
    RefundOutcome,
)
from payments.protocol.wire import (
    LARGEST_AMOUNT_VND,
    ascii_text,
    instant_of,
    same_code,
    wire_date,
)

DRIVER = "vnpay"
VERSION = "2.1.0"
LONGEST_QR = 1000  # characters that a code can hold and a phone can still read
LONGEST_QUERY = 4096  # characters; the longest lawful notice has about 1,200

_WIRE_AMOUNT = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
_CODE = re.compile(r"[0-9]{2}", re.ASCII)
_TMN_CODE = re.compile(r"[A-Za-z0-9]{8}", re.ASCII)
_TXN_REF = re.compile(r"[A-Za-z0-9 .,:_-]{1,100}", re.ASCII)
_GATEWAY_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_BANK_CODE = re.compile(r"[A-Za-z0-9]{2,20}", re.ASCII)
_RETURN_URL = re.compile(r"https?://[A-Za-z0-9.:_/%\[\]-]+", re.ASCII)
_KEY = re.compile(r"vnp_[A-Za-z0-9_]{1,60}", re.ASCII)

_QUERY_SIGNED = (
    *("RequestId", "Version", "Command", "TmnCode", "TxnRef", "TransactionDate"),
    *("CreateDate", "IpAddr", "OrderInfo"),
)
_REFUND_SIGNED = (
    *("RequestId", "Version", "Command", "TmnCode", "TransactionType", "TxnRef", "Amount"),
    *("TransactionNo", "TransactionDate", "CreateBy", "CreateDate", "IpAddr", "OrderInfo"),
)
_REFUND_ANSWER_SIGNED = (
    *("ResponseId", "Command", "ResponseCode", "Message", "TmnCode", "TxnRef", "Amount"),
    *("BankCode", "PayDate", "TransactionNo", "TransactionType", "TransactionStatus", "OrderInfo"),
)
_QUERY_ANSWER_SIGNED = (*_REFUND_ANSWER_SIGNED, "PromotionCode", "PromotionAmount")

_IPN_ANSWERS = {
    "00": "Confirm Success",
    "01": "Order not found",
    "02": "Order already confirmed",
    "03": "IP prohibited",
    "04": "Invalid amount",
    "97": "Invalid checksum",
    "99": "Unknown error",
}


def wire_amount(amount_vnd: int) -> str:
    """The amount as the protocol writes it: dong times one hundred, no separators.

    Raises ``Malformed`` for anything but a whole number from 1 to 9,999,999,999 dong.
    """
    if type(amount_vnd) is not int or not 1 <= amount_vnd <= LARGEST_AMOUNT_VND:
        raise Malformed(f"not an amount the gateway takes: {amount_vnd!r}")
    return str(amount_vnd * 100)


def reference(code: str, *, now: datetime) -> str:
    """Our number of an order; nobody can guess the next. ``now`` is no part of it."""
    return f"{code}.{secrets.token_hex(4)}"


def leave(order: PayOrder, *, config: GatewayConfig, now: datetime, payer: str) -> str:
    """The address of the page that pays ``order``: :func:`pay_url`. ``payer`` is not told."""
    return pay_url(order, config=config, now=now)


def pay_url(order: PayOrder, *, config: GatewayConfig, now: datetime, command: str = "pay") -> str:
    """The signed address that the payer's browser is sent to.

    The same order and ``now`` give the same address; keep ``now``, the gateway finds a payment by
    its number and that date. Raises ``Malformed`` where the protocol's limits do not hold.
    """
    if not re.fullmatch(r"[A-Za-z0-9._:-]{1,100}", order.txn_ref, re.ASCII):
        raise Malformed(f"not a payment number the gateway takes: {order.txn_ref!r}")
    if not (10 <= len(order.return_url) <= 255 and _RETURN_URL.fullmatch(order.return_url)):
        raise Malformed("the return address has 10 to 255 plain characters and no query of its own")
    if order.locale not in ("vn", "en"):
        raise Malformed(f"not a language of the gateway: {order.locale!r}")
    values = {
        "vnp_Version": VERSION,
        "vnp_Command": command,
        "vnp_TmnCode": config.tmn_code,
        "vnp_Amount": wire_amount(order.amount_vnd),
        "vnp_CreateDate": wire_date(now),
        "vnp_CurrCode": "VND",
        "vnp_IpAddr": _wire_ip(order.ip_addr),
        "vnp_Locale": order.locale,
        "vnp_OrderInfo": _signed_text(order.order_info),
        "vnp_OrderType": order.order_type,
        "vnp_ReturnUrl": order.return_url,
        "vnp_TxnRef": order.txn_ref,
        "vnp_BankCode": order.bank_code,
        "vnp_ExpireDate": wire_date(order.expires_at or now + timedelta(minutes=15)),
    }
    query = "&".join(f"{key}={quote_plus(value)}" for key, value in sorted(values.items()) if value)
    return f"{config.pay_url}?{query}&vnp_SecureHash={_hmac(config.secret, query)}"


def qr_content(order: PayOrder, *, config: GatewayConfig, now: datetime) -> str:
    """What a QR code for another device says (``genqr``): the same order, asked for by us instead of the browser.

    The answer bears no signature, so only an address of the gateway's own site is taken. Raises ``OutcomeUnknown``.
    """
    answer = fetch(pay_url(order, config=config, now=now, command="genqr"))
    content = answer.get("qrcontent", "")
    own = urlsplit(config.pay_url)
    if answer.get("code") != "00" or not content.startswith(f"{own.scheme}://{own.netloc}/"):
        raise OutcomeUnknown(f"the gateway gave no QR code: {answer.get('code', '')!r}")
    if len(content) > LONGEST_QR:
        raise OutcomeUnknown("the gateway's QR code is too long")
    return content


def verify_notice(raw_query: str, *, secret: str) -> Notice:
    """What an IPN call says, once its signature has been found good.

    ``raw_query`` is the query exactly as received, not decoded. The signature is computed over
    every received parameter but the hash; repeated, empty and foreign parameters are refused.
    Raises ``BadSignature``, or ``Malformed`` for what even a good signature does not make readable.
    """
    if len(raw_query) > LONGEST_QUERY:
        raise Malformed("the notice is longer than any the gateway sends")
    received: dict[str, str] = {}
    for part in raw_query.split("&"):
        key, separator, value = part.partition("=")
        if not separator or not value or not _KEY.fullmatch(key) or key in received:
            raise Malformed("a parameter is empty, foreign or repeated")
        received[key] = value
    given = received.pop("vnp_SecureHash", "")
    if received.pop("vnp_SecureHashType", "HMACSHA512").upper() != "HMACSHA512":
        raise BadSignature("another kind of signature than HMAC-SHA512")
    signed = "&".join(f"{key}={value}" for key, value in sorted(received.items()))
    if not same_code(given, _hmac(secret, signed)):
        raise BadSignature("the signature does not fit the notice")
    return _read_notice(_decoded(signed))


def verify_return(raw_query: str, *, secret: str) -> Notice:
    """What a return address claims: for display only, it is never a proof of payment.

    The same promise and refusals as ``verify_notice``.
    """
    return verify_notice(raw_query, secret=secret)


def ipn_answer(code: str) -> dict[str, str]:
    """The body of the answer to an IPN call: 00, 01, 02, 03, 04, 97 or 99 with its words.

    Answer 00 and 02 only after the commit: the gateway then stops calling.
    """
    return {"RspCode": code, "Message": _IPN_ANSWERS[code]}


def query(order: QueryOrder, *, config: GatewayConfig, now: datetime) -> QueryOutcome:
    """Ask the gateway what became of a payment (``querydr``).

    An unknown payment (91) is an answer: ``is_found`` is false. Raises ``OutcomeUnknown`` where
    the answer is late, unreadable, wrongly signed, about something else, or settles nothing.
    """
    body = {
        "vnp_RequestId": order.request_id,
        "vnp_Version": VERSION,
        "vnp_Command": "querydr",
        "vnp_TmnCode": config.tmn_code,
        "vnp_TxnRef": order.txn_ref,
        "vnp_TransactionDate": wire_date(order.created_at),
        "vnp_CreateDate": wire_date(now),
        "vnp_IpAddr": _wire_ip(order.ip_addr),
        "vnp_OrderInfo": _signed_text(order.order_info),
    }
    answer = _call(body, signed=_QUERY_SIGNED, answer_signed=_QUERY_ANSWER_SIGNED, config=config)
    code = answer["vnp_ResponseCode"]
    if code == "91":
        return QueryOutcome(response_code=code, message=answer.get("vnp_Message", ""))
    if code != "00":
        raise OutcomeUnknown(f"the gateway answered {code} to a question", code=code)
    try:
        return QueryOutcome(
            response_code=code,
            message=answer.get("vnp_Message", ""),
            transaction_type=_matching(answer, "vnp_TransactionType", _CODE),
            transaction_status=_matching(answer, "vnp_TransactionStatus", _CODE),
            amount_vnd=_amount_vnd(answer),
            gateway_number=answer.get("vnp_TransactionNo", ""),
            bank_code=answer.get("vnp_BankCode", ""),
            pay_date=_pay_date(answer),
        )
    except Malformed as problem:
        raise OutcomeUnknown(str(problem), code=code) from problem


def refund(order: RefundOrder, *, config: GatewayConfig, now: datetime) -> RefundOutcome:
    """Ask the gateway to give money back.

    An outcome that is not ``is_accepted`` (02, 03, 91, 95, 97) is certain: nothing was given back.
    Raises ``OutcomeUnknown`` for everything else, 94 (seen before, or being processed) included.
    """
    body = {
        "vnp_RequestId": order.request_id,
        "vnp_Version": VERSION,
        "vnp_Command": "refund",
        "vnp_TmnCode": config.tmn_code,
        "vnp_TransactionType": "02" if order.is_full else "03",
        "vnp_TxnRef": order.txn_ref,
        "vnp_Amount": wire_amount(order.amount_vnd),
        "vnp_TransactionNo": order.gateway_number,
        "vnp_TransactionDate": wire_date(order.created_at),
        "vnp_CreateBy": _signed_text(order.created_by),
        "vnp_CreateDate": wire_date(now),
        "vnp_IpAddr": _wire_ip(order.ip_addr),
        "vnp_OrderInfo": _signed_text(order.order_info),
    }
    answer = _call(body, signed=_REFUND_SIGNED, answer_signed=_REFUND_ANSWER_SIGNED, config=config)
    code = answer["vnp_ResponseCode"]
    if code not in ("00", "02", "03", "91", "95", "97"):
        raise OutcomeUnknown(f"the gateway answered {code} to a refund", code=code)
    if code != "00":
        return RefundOutcome(response_code=code, message=answer.get("vnp_Message", ""))
    try:
        outcome = RefundOutcome(
            response_code=code,
            message=answer.get("vnp_Message", ""),
            transaction_status=_matching(answer, "vnp_TransactionStatus", _CODE),
            amount_vnd=_amount_vnd(answer),
            gateway_number=answer.get("vnp_TransactionNo", ""),
        )
    except Malformed as problem:
        raise OutcomeUnknown(str(problem), code=code) from problem
    if outcome.amount_vnd != order.amount_vnd:
        raise OutcomeUnknown("the gateway gave back another amount than was asked", code=code)
    return outcome


def _wire_ip(text: str) -> str:
    """An address in 7 to 45 characters: ``::1`` has too few, so it is written out."""
    try:
        address = ip_address(text)
    except ValueError:
        raise Malformed(f"not an IP address: {text!r}")
    return address.exploded if len(text) < 7 else str(address)


def _signed_text(text: str) -> str:
    ascii_only = ascii_text(text)
    if not ascii_only:
        raise Malformed(f"nothing the gateway can show is left of {text!r}")
    return ascii_only


def _hmac(secret: str, signed: str) -> str:
    data = signed.encode("utf-8", "surrogatepass")
    return hmac.new(secret.encode(), data, hashlib.sha512).hexdigest()


def _decoded(query: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(query, strict_parsing=True, errors="strict"))
    except ValueError as problem:
        raise Malformed("a parameter is not readable text") from problem


def _read_notice(values: dict[str, str]) -> Notice:
    return Notice(
        tmn_code=_matching(values, "vnp_TmnCode", _TMN_CODE),
        txn_ref=_matching(values, "vnp_TxnRef", _TXN_REF),
        amount_vnd=_amount_vnd(values),
        gateway_number=_matching(values, "vnp_TransactionNo", re.compile(r"[0-9]{1,15}", re.ASCII)),
        response_code=_matching(values, "vnp_ResponseCode", _CODE),
        transaction_status=_matching(values, "vnp_TransactionStatus", _CODE),
        bank_code=_matching(values, "vnp_BankCode", _BANK_CODE),
        pay_date=_pay_date(values),
    )


def _matching(values: dict[str, str], key: str, pattern: re.Pattern[str]) -> str:
    value = values.get(key, "")
    if not pattern.fullmatch(value):
        raise Malformed(f"{key} is missing or has the wrong form")
    return value


def _amount_vnd(values: dict[str, str]) -> int:
    amount = int(_matching(values, "vnp_Amount", _WIRE_AMOUNT))
    if amount % 100:
        raise Malformed("vnp_Amount is not a whole number of dong")
    return amount // 100


def _pay_date(values: dict[str, str]) -> datetime | None:
    return instant_of(values["vnp_PayDate"]) if values.get("vnp_PayDate") else None


def _call(
    body: dict[str, str],
    *,
    signed: tuple[str, ...],
    answer_signed: tuple[str, ...],
    config: GatewayConfig,
) -> dict[str, str]:
    """Send one signed question and return the verified answer; ``OutcomeUnknown`` otherwise."""
    body["vnp_SecureHash"] = _hmac(config.secret, "|".join(body[f"vnp_{name}"] for name in signed))
    answer = ask(config.api_url, body)
    expected = _hmac(
        config.secret, "|".join(answer.get(f"vnp_{name}", "") for name in answer_signed)
    )
    if not same_code(answer.get("vnp_SecureHash", ""), expected):
        raise OutcomeUnknown("the gateway's answer is not signed, or wrongly")
    for key in ("vnp_Command", "vnp_TmnCode", "vnp_TxnRef"):
        if answer.get(key, "") != body[key]:
            raise OutcomeUnknown(f"the gateway's answer is about another {key}")
    if not _CODE.fullmatch(answer.get("vnp_ResponseCode", "")):
        raise OutcomeUnknown("the gateway's answer has no response code")
    return answer
