"""The national portal's platform as a partner meets it: the same core through another protocol."""

import hashlib
import itertools
import json
import os
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pypdfium2
import pytest
from django.utils import timezone

from tests.payments.sandbox.running import SECRET, TMN_CODE

_numbers = itertools.count(1)
INIT = (
    "LoaiBanTin PhienBan MaDoiTac MaThamChieu SoTien LoaiHinhThanhToan MaKenhThanhToan MaThietBi "
    "NgonNgu MaTienTe MaNganHang ThongTinGiaoDich ThoiGianGD Ip"
)
ASK = "LoaiBanTin PhienBan MaDoiTac MaThamChieu ThoiGianGD"
RESULT = (
    "LoaiBanTin MaLoi MaDoiTac MaThamChieu SoTien MaTienTe MaGiaoDich MaNganHang ThoiGianGD "
    "ThongTinGiaoDich"
)


def code_of(fields, names, secret=SECRET):
    text = "|".join([*(str(fields[name]) for name in names.split()), secret])
    return hashlib.sha256(text.encode()).hexdigest()


class Partner:
    """Sends what a partner sends, signed."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.at = (timezone.now() + timedelta(hours=7)).strftime("%Y%m%d%H%M%S")

    def post(self, what, body):
        return httpx.post(f"{self.sandbox.address}/platform/{what}", json=body, timeout=20)

    def order(self, **changes):
        fields = {
            "LoaiBanTin": "INIT",
            "PhienBan": "1.0.6",
            "MaDoiTac": TMN_CODE,
            "MaThamChieu": f"dvcH1701{os.getpid()}x{next(_numbers)}",
            "SoTien": "75000",
            "LoaiHinhThanhToan": "PAY",
            "MaKenhThanhToan": "1",
            "MaThietBi": 1,
            "NgonNgu": "vi-VN",
            "MaTienTe": "VND",
            "MaNganHang": "",
            "ThongTinGiaoDich": "THANH TOAN HO SO H17.01-220830-0001",
            "ThoiGianGD": int(self.at),
            "Ip": "127.0.0.1",
            "ThongTinBienLai": {
                "MaHoSo": "H17.01-220830-0001",
                "TenDonVi": "UBND quận Hải Châu",
                "HoTenNguoiNop": "Nguyễn Thị Mai",
                "NoiDungThanhToan": "Lệ phí hộ tịch",
                "PhiLePhi": [
                    {"TenPhiLePhi": "Lệ phí", "SoTien": "50000"},
                    {"TenPhiLePhi": "Bản sao", "SoTien": "25000"},
                ],
            },
            **changes,
        }
        return {**fields, "MaXacThuc": code_of(fields, INIT)}

    def init(self, order):
        answer = self.post("init", order)
        assert answer.status_code == 200
        return answer.json()["error_code"], json.loads(answer.json()["message"])

    def question(self, order, kind="QUERY", **changes):
        fields = {name: order[name] for name in ("PhienBan", "MaDoiTac", "MaThamChieu")}
        fields |= {"LoaiBanTin": kind, "ThoiGianGD": order["ThoiGianGD"], **changes}
        return {**fields, "MaXacThuc": code_of(fields, ASK)}

    def ask(self, order, **changes):
        return self.post("query", self.question(order, **changes)).json()

    def receipt(self, order):
        return self.post("receipt", self.question(order, "RECEIPT"))


@pytest.fixture
def partner(sandbox):
    return Partner(sandbox)


def test_a_payment_from_init_to_the_receipt(partner, payer, merchant):
    order = partner.order(UrlQuayLai=f"{merchant.address}/pay/return/7/")
    code, told = partner.init(order)
    assert (code, told["MaThamChieu"]) == ("0", order["MaThamChieu"])
    assert partner.ask(order)["TrangThaiGD"] == "3"
    assert partner.receipt(order).json()["MaLoi"] == "91"

    payer.opens(told["UrlThanhToan"])
    assert "THANH TOAN HO SO" in payer.page.text
    back = urlsplit(payer.pays_with("9704198526191432198").headers["location"])

    (confirmed,) = merchant.wait_for_confirm(order["MaThamChieu"])
    assert confirmed["MaXacThuc"] == code_of(confirmed, RESULT)
    assert (confirmed["MaLoi"], confirmed["SoTien"]) == ("00", "75000")
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{merchant.address}/pay/return/7/"
    assert {name: value for name, (value,) in parse_qs(back.query).items()} == confirmed

    answer = partner.ask(order)
    assert (answer["MaLoi"], answer["TrangThaiGD"]) == ("00", "1")
    assert answer["MaGiaoDich"] == confirmed["MaGiaoDich"]
    assert answer["MaXacThuc"] == code_of(answer, RESULT)
    receipt = partner.receipt(order)
    assert receipt.headers["content-type"] == "application/pdf"
    (page,) = pypdfium2.PdfDocument(receipt.content)
    text = " ".join(page.get_textpage().get_text_range().split())
    for expected in ("Nguyễn Thị Mai", "UBND quận Hải Châu", "50.000", "25.000", "75.000"):
        assert expected in text


@pytest.mark.parametrize(
    ("card", "code", "standing"),
    [
        ("9704198526191432199", "51", "4"),
        ("9704190000000000007", "07", "3"),  # the money was taken, nobody knows for whom yet
        ("9704190000000000004", "04", "3"),  # the bank took it, and it did not arrive
    ],
)
def test_what_is_not_plainly_paid(partner, payer, merchant, card, code, standing):
    order = partner.order()
    payer.opens(partner.init(order)[1]["UrlThanhToan"])
    back = payer.pays_with(card).headers["location"]

    (confirmed,) = merchant.wait_for_confirm(order["MaThamChieu"])
    assert confirmed["MaLoi"] == code
    assert partner.ask(order)["TrangThaiGD"] == standing
    assert back.startswith(f"{merchant.address}/home?")  # the registered return address


def test_the_partner_is_called_until_it_has_it(partner, payer, merchant):
    order = partner.order()
    merchant.answers[order["MaThamChieu"]] = ["99", "02"]
    payer.opens(partner.init(order)[1]["UrlThanhToan"])
    payer.pays_with("9704198526191432198")

    first, second = merchant.wait_for_confirm(order["MaThamChieu"], count=2)
    assert first == second


def test_the_same_order_again_leads_to_the_same_payment(partner, payer):
    order = partner.order()
    assert partner.init(order) == partner.init(order)
    other = {**order, "SoTien": "76000", "ThongTinBienLai": {}}
    other["MaXacThuc"] = code_of(other, INIT)

    assert partner.init(other)[1]["MaLoi"] == "01"


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"MaDoiTac": "UNKNOWN1"}, "02", "MaDoiTac"),
        ({"SoTien": "0"}, "03", "SoTien"),
        ({"SoTien": "75000.0"}, "03", "SoTien"),
        ({"SoTien": 75000.5}, "03", ""),
        ({"SoTien": "10000000000"}, "03", "SoTien"),
        ({"SoTien": "80000"}, "03", "PhiLePhi"),  # not what the fees add up to
        ({"MaThamChieu": "a-b"}, "03", "MaThamChieu"),
        ({"MaTienTe": "USD"}, "03", "MaTienTe"),
        ({"ThoiGianGD": "20261301000000"}, "03", "ThoiGianGD"),
        ({"PhienBan": "2.1.0"}, "03", "PhienBan"),
        ({"ThongTinBienLai": "x"}, "03", "ThongTinBienLai"),
        ({"ThongTinBienLai": {"PhiLePhi": [{"SoTien": "x"}]}}, "03", "PhiLePhi"),
        ({"UrlQuayLai": "https://elsewhere.example/back"}, "03", "UrlQuayLai"),
    ],
    ids=str,
)
def test_an_order_of_another_form_is_refused_by_name(partner, changes, code, named):
    error, told = partner.init(partner.order(**changes))

    assert (error, told["MaLoi"]) == ("-1", code)
    assert named in told["MoTaLoi"]


@pytest.mark.parametrize("what", ["init", "query", "receipt"])
def test_a_wrong_code_is_97(partner, what):
    order = partner.order()
    partner.init(order)
    body = order if what == "init" else partner.question(order)
    answer = partner.post(what, {**body, "MaXacThuc": "0" * 64}).json()

    told = json.loads(answer["message"]) if what == "init" else answer
    assert told["MaLoi"] == "97"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"MaDoiTac": null}', b"\xff"])
@pytest.mark.parametrize("what", ["init", "query", "receipt"])
def test_a_body_that_is_no_order_is_03(sandbox, what, body):
    answer = httpx.post(f"{sandbox.address}/platform/{what}", content=body)

    assert answer.status_code == 200
    assert "03" in answer.text


def test_neither_protocol_sees_the_other_s_payments(partner, sandbox, paid):
    order = partner.order(MaThamChieu=paid.txn_ref.replace("-", ""))
    assert partner.ask(order)["MaLoi"] == "91"


def test_the_console_shows_orders_and_answers(partner, payer, sandbox):
    order = partner.order()
    partner.init(order)
    payer.opens(f"{sandbox.address}/console/requests/?lang=en")
    assert "platform init" in payer.page.text
    payment = sandbox.payment(order["MaThamChieu"])
    payer.opens(f"{sandbox.address}/console/{payment['number']}/")
    assert "National portal's platform" in payer.page.text
