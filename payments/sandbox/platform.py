"""The national portal's payment platform, version 1.0.6, as a second protocol over the same core.

A partner asks for a payment (INIT), is told of its end (CONFIRM), asks about it and fetches its
receipt. ``MaXacThuc`` is a plain SHA-256 over the values with the partner's secret last.
Sources and what is ours: docs/sandbox.md, “The platform's protocol”.
"""

import hashlib
import json
import logging
import re
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments.sandbox import actions, drivers, journal, receipts, signing, vnpay
from payments.sandbox.browser import public_address
from payments.sandbox.models import LARGEST_AMOUNT_VND, Merchant, Transaction
from payments.sandbox.orders import Order, Refusal
from payments.sandbox.states import State

logger = logging.getLogger(__name__)
TIME_TO_PAY = timedelta(minutes=15)
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
ASK_FIELDS = {
    "LoaiBanTin": r"[A-Z]{1,20}",
    "PhienBan": r"1\.0\.[0-9]{1,2}",
    "MaDoiTac": r"[A-Za-z0-9]{8}",
    "MaThamChieu": r"[A-Za-z0-9]{1,100}",
    "ThoiGianGD": vnpay.DATE,
}
INIT_FIELDS = {
    **ASK_FIELDS,
    "LoaiBanTin": r"INIT",
    "SoTien": r"[1-9][0-9]{0,9}",  # whole dong
    "LoaiHinhThanhToan": r"PAY",
    "MaKenhThanhToan": r"[0-9]{1,2}",
    "MaThietBi": r"[0-9]{1,2}",
    "NgonNgu": r"vi-VN|en-US",
    "MaTienTe": r"VND",
    "MaNganHang": r"[A-Za-z0-9]{0,20}",
    "ThongTinGiaoDich": vnpay.ANY_TEXT,
    "Ip": vnpay.PAY_FIELDS["vnp_IpAddr"],
}
MESSAGES = {
    "01": "Reference used before",
    "02": "Unknown partner",
    "03": "Wrong form",
    "91": "Payment not found",
    "97": "Wrong MaXacThuc",
    "99": "Unknown error",
}


class Platform(drivers.Driver):
    """Results as a JSON object: posted to the confirm address, and as a query on the way back."""

    name = "platform"

    def result(self, payment, *, secret, amount_vnd=None):
        fields = _described(payment, code=_code(payment), amount_vnd=amount_vnd)
        fields |= {"LoaiBanTin": "CONFIRM", "MaXacThuc": ""}
        return json.dumps(fields | {"MaXacThuc": code_of(fields, RESULT_SIGNED, secret=secret)})

    def way_back(self, payment):
        return vnpay.with_query(payment.return_url, urlencode(json.loads(payment.result_query)))

    def notice_address(self, merchant):
        return merchant.confirm_url

    def notice(self, merchant, result):
        kind = {"Content-Type": "application/json; charset=utf-8"}
        return drivers.Message("POST", merchant.confirm_url, result.encode(), kind)

    def answer_code(self, answer):
        return str(answer.get("MaLoi", answer.get("RspCode", "")))


drivers.register(Platform())


def code_of(fields: dict[str, str], names: tuple[str, ...], *, secret: str) -> str:
    """``MaXacThuc``: lower-case SHA-256 of the named values and the secret, joined with ``|``."""
    text = "|".join([*(fields.get(name, "") for name in names), secret])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@csrf_exempt
@require_POST
def init(request):
    """Take an order; the answer's ``message`` is a JSON text, as partners read it."""

    def carry_out(fields, partner):
        payment = actions.open_payment(_read_order(fields, partner))
        address = public_address(request, reverse("choose", args=[payment.token]))
        told = {"UrlThanhToan": address, "MaThamChieu": payment.txn_ref}
        return {"error_code": "0", "message": json.dumps(told)}

    def refuse(refusal, fields, partner):
        told = {"MaLoi": refusal.code, "MoTaLoi": _said(refusal)}
        return {"error_code": "-1", "message": json.dumps(told)}

    return _answered(request, INIT_FIELDS, INIT_SIGNED, carry_out, refuse)


@csrf_exempt
@require_POST
def query(request):
    """What became of a payment: ``TrangThaiGD`` 1 paid, 3 not known yet, 4 not paid."""

    def carry_out(fields, partner):
        payment = _find(fields, partner)
        answer = _described(payment, code="00") | {
            "LoaiBanTin": fields["LoaiBanTin"],
            "MoTaLoi": "",
            "TrangThaiGD": _standing(payment),
        }
        return answer | {"MaXacThuc": code_of(answer, RESULT_SIGNED, secret=partner.secret)}

    return _answered(request, ASK_FIELDS, ASK_SIGNED, carry_out, _refuse)


@csrf_exempt
@require_POST
def receipt(request):
    """The receipt of a paid payment as a PDF; else JSON that says why not."""
    found = []

    def carry_out(fields, partner):
        payment = _find(fields, partner)
        if _standing(payment) != "1":
            raise Refusal("91", message="The payment was not successful")
        found.append(payment)
        return {"MaLoi": "00", "MoTaLoi": ""}

    answer = _answered(request, ASK_FIELDS, ASK_SIGNED, carry_out, _refuse)
    if not found:
        return answer
    return HttpResponse(receipts.pdf(found[0]), content_type="application/pdf")


urlpatterns = [
    path("init", init, name="platform-init"),
    path("query", query, name="platform-query"),
    path("receipt", receipt, name="platform-receipt"),
]


def _answered(request, patterns, signed, carry_out, refuse):
    """Read, check and carry out one request, keep it, and answer with HTTP 200 whatever it says.

    Refuses with 03 (form), 02 (partner), 97 (code) in this order; then as ``carry_out`` does.
    """
    body, fields, partner, code = b"", {}, None, "00"
    try:
        body = _body(request)
        fields = _read(body)
        partner = Merchant.objects.filter(tmn_code=fields.get("MaDoiTac", "")[:8]).first()
        if partner is None and fields.get("MaDoiTac"):
            raise Refusal("02", "MaDoiTac")
        for name, pattern in patterns.items():
            if not re.fullmatch(pattern, fields.get(name, ""), re.ASCII):
                raise Refusal("03", name)
        vnpay.read_date(fields["ThoiGianGD"], field="ThoiGianGD")
        expected = code_of(fields, signed, secret=partner.secret)
        if not signing.same(fields.get("MaXacThuc", ""), expected):
            raise Refusal("97", "MaXacThuc")
        with transaction.atomic():
            answer = carry_out(fields, partner)
    except Refusal as refusal:
        code, answer = refusal.code, refuse(refusal, fields, partner)
    except Exception:
        logger.exception("the platform's protocol failed")
        code, answer = "99", refuse(Refusal("99"), fields, partner)
    journal.keep(
        partner,
        command=f"platform {request.path.rsplit('/', 1)[-1]}",
        txn_ref=fields.get("MaThamChieu", ""),
        body=body,
        code=code,
        answer=answer,
    )
    return JsonResponse(answer)


def _refuse(refusal, fields, partner):
    answer = {
        "LoaiBanTin": fields.get("LoaiBanTin", "")[:20],
        "MaLoi": refusal.code,
        "MoTaLoi": _said(refusal),
        "MaDoiTac": fields.get("MaDoiTac", "")[:8],
        "MaThamChieu": fields.get("MaThamChieu", "")[:100],
    }
    if partner is not None:
        answer["MaXacThuc"] = code_of(answer, RESULT_SIGNED, secret=partner.secret)
    return answer


def _said(refusal):
    return " ".join(filter(None, [refusal.message or MESSAGES[refusal.code], refusal.field]))


def _body(request):
    try:
        return request.body
    except RequestDataTooBig as problem:
        raise Refusal("03", message="Body too long") from problem


def _read(body: bytes) -> dict:
    """The fields as the texts they are signed as; ``ThongTinBienLai`` alone may be an object."""
    try:
        fields = json.loads(body.decode("utf-8"))
        block = fields.pop("ThongTinBienLai", {})
    except (ValueError, RecursionError, AttributeError, TypeError) as problem:
        raise Refusal("03", message="Body is not a JSON object") from problem
    read = vnpay.read_api_body(json.dumps(fields).encode())
    if not isinstance(block, dict) or "\\u0000" in json.dumps(block):
        raise Refusal("03", "ThongTinBienLai")
    return {**read, "ThongTinBienLai": block} if block else read


def _read_order(fields, partner) -> Order:
    """Raises ``Refusal`` 03 for fees that do not add up, or a way back to a stranger."""
    amount_vnd = int(fields["SoTien"])
    block = fields.get("ThongTinBienLai", {})
    if amount_vnd > LARGEST_AMOUNT_VND:
        raise Refusal("03", "SoTien")
    _check_fees(block, amount_vnd)
    created_at = vnpay.read_date(fields["ThoiGianGD"])
    return Order(
        protocol=Platform.name,
        merchant=partner,
        txn_ref=fields["MaThamChieu"],
        order_day=created_at.date(),
        create_date=fields["ThoiGianGD"],
        amount_vnd=amount_vnd,
        order_info=fields["ThongTinGiaoDich"],
        order_type="platform",
        locale="en" if fields["NgonNgu"] == "en-US" else "vn",
        ip_addr=fields["Ip"],
        return_url=_way_back(fields, partner),
        expires_at=timezone.now() + TIME_TO_PAY,
        request_hash=fields["MaXacThuc"],
        bank_code=fields["MaNganHang"],
        receipt=block,
    )


def _check_fees(block, amount_vnd):
    lines = block.get("PhiLePhi", [])
    try:
        total = sum(int(str(line["SoTien"])) for line in lines)
    except (TypeError, KeyError, ValueError) as problem:
        raise Refusal("03", "PhiLePhi") from problem
    if lines and total != amount_vnd:
        raise Refusal("03", "PhiLePhi", "The fees do not add up to SoTien:")


def _way_back(fields, partner):
    """Only a server that the partner registered: the field is not signed."""
    asked = fields.get("UrlQuayLai", "")
    if not asked:
        if not partner.return_url:
            raise Refusal("03", "UrlQuayLai", "No return address is registered:")
        return partner.return_url
    known = {_server(partner.confirm_url), _server(partner.return_url)} - {("", "")}
    if not re.fullmatch(vnpay.PAY_FIELDS["vnp_ReturnUrl"], asked) or _server(asked) not in known:
        raise Refusal("03", "UrlQuayLai")
    return asked


def _server(url):
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _find(fields, partner) -> Transaction:
    payment = Transaction.objects.filter(
        protocol=Platform.name,
        merchant=partner,
        txn_ref=fields["MaThamChieu"],
        order_day=vnpay.read_date(fields["ThoiGianGD"]).date(),
    ).first()
    if payment is None:
        raise Refusal("91", "MaThamChieu")
    return payment


def _standing(payment) -> str:
    if payment.state in (State.OPEN, State.SUSPECTED, State.REVERSED):
        return "3"
    return "1" if payment.response_code == "00" else "4"


def _code(payment) -> str:
    """``MaLoi`` of an ended payment: this protocol has one code, so what was reversed says 04 here."""
    return "04" if payment.state == State.REVERSED else payment.response_code


def _described(payment, *, code, amount_vnd=None) -> dict[str, str]:
    return {
        "MaLoi": code,
        "MaDoiTac": payment.merchant.tmn_code,
        "MaThamChieu": payment.txn_ref,
        "SoTien": str(amount_vnd or payment.amount_vnd),
        "MaTienTe": "VND",
        "MaGiaoDich": str(payment.number),
        "MaNganHang": payment.bank_code,
        "ThoiGianGD": vnpay.write_date(payment.ended_at or payment.opened_at),
        "ThongTinGiaoDich": vnpay.plain(payment.order_info) or "-",
    }
