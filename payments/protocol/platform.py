"""The portal's side of the national portal's payment platform, version 1.0.6, as a client.

Pure protocol and plain HTTP, like its neighbour ``vnpay``. ``MaXacThuc`` is the lower-case SHA-256 of the values
joined with ``|`` and the partner's secret last; whatever is unsigned or signed otherwise is not believed. Sums are
whole dong on this wire. Sources: docs/sandbox.md.

The protocol has no refund: money that came this way goes back in another.
"""

import hashlib
import json
import re
import secrets
from datetime import datetime
from urllib.parse import urlsplit

from payments.protocol.calls import ask
from payments.protocol.messages import (
    HELD,
    BadSignature,
    GatewayConfig,
    Malformed,
    Notice,
    OutcomeUnknown,
    PayOrder,
    QueryOrder,
    QueryOutcome,
)
from payments.protocol.wire import LARGEST_AMOUNT_VND, instant_of, same_code, wire_date

DRIVER = "platform"
VERSION = "1.0.6"
LONGEST_NOTICE = 8192  # characters; the longest lawful one has about 1,000

INIT_SIGNED = (
    *("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "LoaiHinhThanhToan"),
    *("MaKenhThanhToan", "MaThietBi", "NgonNgu", "MaTienTe", "MaNganHang", "ThongTinGiaoDich"),
    *("ThoiGianGD", "Ip"),
)
ASK_SIGNED = ("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD")
RESULT_SIGNED = (
    *("LoaiBanTin", "MaLoi", "MaDoiTac", "MaThamChieu", "SoTien", "MaTienTe", "MaGiaoDich"),
    *("MaNganHang", "ThoiGianGD", "ThongTinGiaoDich"),
)
ANSWER_SIGNED = ("MaLoi", "MoTaLoi", "MaDoiTac", "ThoiGianGD")
PAID, PENDING, NOT_PAID = "1", "3", "4"  # TrangThaiGD
STATUSES = {PAID: "00", PENDING: "01", NOT_PAID: "02"}  # as the other protocol calls them

_FORMS = {
    "MaDoiTac": re.compile(r"[A-Za-z0-9]{8}", re.ASCII),
    "MaThamChieu": re.compile(r"[A-Za-z0-9]{1,100}", re.ASCII),
    "SoTien": re.compile(r"[1-9][0-9]{0,11}", re.ASCII),
    "MaTienTe": re.compile(r"VND", re.ASCII),
    "MaGiaoDich": re.compile(r"[0-9]{1,15}", re.ASCII),
    "MaNganHang": re.compile(r"[A-Za-z0-9]{0,20}", re.ASCII),
    "MaLoi": re.compile(r"[0-9]{2}", re.ASCII),
    "LoaiBanTin": re.compile(r"CONFIRM", re.ASCII),
    "ThoiGianGD": re.compile(r"[0-9]{14}", re.ASCII),
}


def reference(code: str, *, now: datetime) -> str:
    """Our number of an order, as the platform wants it: letters and digits, with the instant. Nobody can guess it."""
    letters = re.sub(r"[^A-Za-z0-9]", "", code)
    return f"dvc{letters}{wire_date(now)}{secrets.token_hex(4)}"


def leave(order: PayOrder, *, config: GatewayConfig, now: datetime, payer: str) -> str:
    """The address of the page that pays ``order``, which is announced (INIT) to be told it.

    Raises ``OutcomeUnknown`` where the platform does not answer, refuses, or names a page that is not its own.
    """
    if not 1 <= order.amount_vnd <= LARGEST_AMOUNT_VND:
        raise Malformed(f"not an amount the platform takes: {order.amount_vnd!r}")
    body = {
        "LoaiBanTin": "INIT",
        "PhienBan": VERSION,
        "MaDoiTac": config.tmn_code,
        "MaThamChieu": order.txn_ref,
        "SoTien": str(order.amount_vnd),
        "LoaiHinhThanhToan": "PAY",
        "MaKenhThanhToan": "1",
        "MaThietBi": "1",
        "NgonNgu": "en-US" if order.locale == "en" else "vi-VN",
        "MaTienTe": "VND",
        "MaNganHang": order.bank_code,
        "ThongTinGiaoDich": order.order_info,
        "ThoiGianGD": wire_date(now),
        "Ip": order.ip_addr,
    }
    body["MaXacThuc"] = code_of(body, INIT_SIGNED, secret=config.secret)
    receipt = {
        "MaHoSo": order.txn_ref,
        "HoTenNguoiNop": payer,
        "NoiDungThanhToan": order.order_info,
        "PhiLePhi": [{"TenPhiLePhi": order.order_info, "SoTien": str(order.amount_vnd)}],
    }
    unsigned = {"UrlQuayLai": order.return_url, "ThongTinBienLai": receipt}
    answer = ask(f"{config.api_url}/init", {**body, **unsigned})
    told = _told(answer.get("message", ""))
    if answer.get("error_code") != "0":
        raise OutcomeUnknown(f"the platform refused the order: {told}", code="03")
    address = told.get("UrlThanhToan", "")
    if told.get("MaThamChieu", order.txn_ref) != order.txn_ref or not _same_site(
        address, config.pay_url
    ):
        raise OutcomeUnknown("the platform named a page that is not its own")
    return address


def verify_notice(raw: str, *, secret: str) -> Notice:
    """What a confirmation says, once its ``MaXacThuc`` has been found good.

    Raises ``BadSignature``, or ``Malformed`` for what even a good one does not make readable: repeated or foreign
    names, values that are no text, a sum that is none.
    """
    values = _flat(raw)
    given = values.pop("MaXacThuc", "")
    if set(values) != set(RESULT_SIGNED):
        raise Malformed("the names of a confirmation are fixed")
    if not same_code(given, code_of(values, RESULT_SIGNED, secret=secret)):
        raise BadSignature("MaXacThuc does not fit the confirmation")
    for name, form in _FORMS.items():
        if not form.fullmatch(values[name]):
            raise Malformed(f"{name} has the wrong form")
    code = values["MaLoi"]
    status = code if code in ("00", *HELD) else "02"
    return Notice(
        tmn_code=values["MaDoiTac"],
        txn_ref=values["MaThamChieu"],
        amount_vnd=int(values["SoTien"]),
        gateway_number=values["MaGiaoDich"],
        response_code=code,
        transaction_status=status,
        bank_code=values["MaNganHang"],
        pay_date=instant_of(values["ThoiGianGD"]),
        driver=DRIVER,
    )


def notice_answer(code: str, *, config: GatewayConfig, now: datetime) -> dict[str, str]:
    """The body of the answer to a confirmation; 00 and 02 only after the commit."""
    answer = {
        "MaLoi": code,
        "MoTaLoi": "",
        "MaDoiTac": config.tmn_code,
        "ThoiGianGD": wire_date(now),
    }
    return answer | {"MaXacThuc": code_of(answer, ANSWER_SIGNED, secret=config.secret)}


def query(order: QueryOrder, *, config: GatewayConfig, now: datetime) -> QueryOutcome:
    """Ask the platform what became of a payment. ``now`` is not on this wire.

    An unknown payment (91) is an answer. Raises ``OutcomeUnknown`` where the answer is late, unreadable, wrongly
    signed or about something else.
    """
    body = {
        "LoaiBanTin": "QUERY",
        "PhienBan": VERSION,
        "MaDoiTac": config.tmn_code,
        "MaThamChieu": order.txn_ref,
        "ThoiGianGD": wire_date(order.created_at),
    }
    body["MaXacThuc"] = code_of(body, ASK_SIGNED, secret=config.secret)
    answer = ask(f"{config.api_url}/query", body)
    if not same_code(
        answer.get("MaXacThuc", ""), code_of(answer, RESULT_SIGNED, secret=config.secret)
    ):
        raise OutcomeUnknown("the platform's answer is not signed, or wrongly")
    if (answer.get("MaDoiTac"), answer.get("MaThamChieu")) != (config.tmn_code, order.txn_ref):
        raise OutcomeUnknown("the platform's answer is about something else")
    code = answer.get("MaLoi", "")
    if code == "91":
        return QueryOutcome(response_code=code, message=answer.get("MoTaLoi", ""))
    status, sum_text = STATUSES.get(answer.get("TrangThaiGD", "")), answer.get("SoTien", "")
    if code != "00" or status is None or not _FORMS["SoTien"].fullmatch(sum_text):
        raise OutcomeUnknown(f"the platform answered {code!r} to a question", code=code)
    return QueryOutcome(
        response_code="00",
        message=answer.get("MoTaLoi", ""),
        transaction_type="01",
        transaction_status=status,
        amount_vnd=int(sum_text),
        gateway_number=answer.get("MaGiaoDich", ""),
        bank_code=answer.get("MaNganHang", ""),
    )


def code_of(values: dict[str, str], names: tuple[str, ...], *, secret: str) -> str:
    """``MaXacThuc`` of the named values; one that is absent counts as empty."""
    text = "|".join([*(values.get(name, "") for name in names), secret])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _flat(raw: str) -> dict[str, str]:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len({name for name, _value in pairs}) != len(pairs):
            raise ValueError("a repeated name")
        return dict(pairs)

    if len(raw) > LONGEST_NOTICE:
        raise Malformed("the confirmation is longer than any the platform sends")
    try:
        values = json.loads(raw, object_pairs_hook=once)
    except (ValueError, RecursionError) as problem:
        raise Malformed("the confirmation is not JSON") from problem
    if not isinstance(values, dict) or not all(type(v) in (str, int) for v in values.values()):
        raise Malformed("the confirmation is not a flat object of texts and numbers")
    return {name: str(value) for name, value in values.items()}


def _told(message: str) -> dict[str, str]:
    try:
        told = json.loads(message)
    except (ValueError, RecursionError) as problem:
        raise OutcomeUnknown("the platform's message is not JSON") from problem
    if not isinstance(told, dict):
        raise OutcomeUnknown("the platform's message is not an object")
    return {str(name): str(value) for name, value in told.items()}


def _same_site(address: str, known: str) -> bool:
    try:
        one, other = urlsplit(address), urlsplit(known)
        return (one.scheme, one.hostname, one.port) == (other.scheme, other.hostname, other.port)
    except ValueError:
        return False
