"""What the portal signs: only letters every encoder agrees on, amounts and dates within limits."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, quote_plus, unquote_plus, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.protocol import vnpay
from payments.protocol.messages import GatewayConfig, Malformed, PayOrder
from payments.protocol.vnpay import pay_url
from payments.protocol.wire import ascii_text
from payments.sandbox import signing

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:_-"
VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữự"
CONFIG = GatewayConfig(
    "MOTCUA01", "secret", "http://localhost:1/paymentv2/vpcpay.html", "http://localhost:1/api"
)
NOW = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)


def order(**changes) -> PayOrder:
    details = {
        "txn_ref": "MC-220830-77120",
        "amount_vnd": 75_000,
        "order_info": "Lệ phí hồ sơ",
        "return_url": "http://localhost:8000/pay/return/17/",
        "ip_addr": "127.0.0.1",
    }
    return PayOrder(**{**details, **changes})


def whatwg(text: str) -> str:
    return quote(text, safe="*-._ ").replace("~", "%7E").replace(" ", "+")


def php(text: str) -> str:
    return quote(text, safe="-_. ").replace("~", "%7E").replace(" ", "+")


def dot_net(text: str) -> str:
    return quote(text, safe="-_.!*() ").replace("~", "%7E").replace(" ", "+")


@given(st.text(ALPHABET))
def test_four_encoders_agree_on_what_is_signed(text):
    assert quote_plus(text) == whatwg(text) == php(text) == dot_net(text)


def test_the_encoders_do_disagree_elsewhere():
    for character in "~*!'()":
        assert len({encode(character) for encode in (quote_plus, whatwg, php, dot_net)}) > 1 or (
            character == "'"  # all four agree, but browsers rewrite it in an address
        )


@given(st.text())
def test_any_text_becomes_signable(text):
    assert set(ascii_text(text)) <= set(ALPHABET)
    assert len(ascii_text(text)) <= 255


def test_vietnamese_keeps_its_letters():
    assert ascii_text("Đường Nguyễn Huệ, phường Bến Nghé") == "Duong Nguyen Hue, phuong Ben Nghe"
    assert len(ascii_text(VIETNAMESE)) == len(VIETNAMESE)
    assert ascii_text("Lệ phí (bản sao) “số 2”") == "Le phi ban sao so 2"


@given(
    st.text(VIETNAMESE + VIETNAMESE.upper() + ALPHABET + "~*!'()–“”&=%+#", min_size=1),
    st.integers(1, 9_999_999_999),
    st.text(ALPHABET.replace(" ", "").replace(",", ""), min_size=1, max_size=100),
)
def test_what_is_signed_is_what_another_reader_verifies(info, amount_vnd, txn_ref):
    if not ascii_text(info):
        return
    asked = order(order_info=info, amount_vnd=amount_vnd, txn_ref=txn_ref)

    query = urlsplit(pay_url(asked, config=CONFIG, now=NOW)).query

    pairs = signing.parameters(query.encode())
    assert signing.fits(pairs, secret=CONFIG.secret)
    assert not signing.fits(pairs, secret="another")
    values = signing.values(pairs)
    assert values["vnp_Amount"] == str(amount_vnd * 100)
    assert (values["vnp_TxnRef"], values["vnp_OrderInfo"]) == (txn_ref, ascii_text(info))


def test_the_address_is_the_one_the_protocol_prescribes():
    url = pay_url(order(locale="en", bank_code="NCB"), config=CONFIG, now=NOW)

    address, _, query = url.partition("?")
    assert address == CONFIG.pay_url
    parameters = parse_qsl(query)
    assert parameters[:-1] == sorted(parameters[:-1])
    values = dict(parameters)
    assert values.pop("vnp_SecureHash") == signing.mac(
        "secret", query.rpartition("&vnp_SecureHash=")[0].encode()
    )
    assert values == {
        "vnp_Version": "2.1.0",
        "vnp_Command": "pay",
        "vnp_TmnCode": "MOTCUA01",
        "vnp_Amount": "7500000",
        "vnp_CreateDate": "20261123033000",  # GMT+7, 24 hours a day
        "vnp_ExpireDate": "20261123034500",
        "vnp_CurrCode": "VND",
        "vnp_IpAddr": "127.0.0.1",
        "vnp_Locale": "en",
        "vnp_BankCode": "NCB",
        "vnp_OrderInfo": "Le phi ho so",
        "vnp_OrderType": "other",
        "vnp_ReturnUrl": "http://localhost:8000/pay/return/17/",
        "vnp_TxnRef": "MC-220830-77120",
    }
    assert unquote_plus(query) != query


def test_the_same_order_and_moment_give_the_same_address():
    assert pay_url(order(), config=CONFIG, now=NOW) == pay_url(order(), config=CONFIG, now=NOW)
    later = NOW + timedelta(seconds=1)
    assert pay_url(order(), config=CONFIG, now=NOW) != pay_url(order(), config=CONFIG, now=later)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_vnd": 0},
        {"amount_vnd": -1},
        {"amount_vnd": 10_000_000_000},
        {"amount_vnd": 75_000.0},
        {"amount_vnd": "75000"},
        {"amount_vnd": True},
        {"txn_ref": ""},
        {"txn_ref": "x" * 101},
        {"txn_ref": "a b"},
        {"txn_ref": "a~b"},
        {"txn_ref": "số-1"},
        {"order_info": ""},
        {"order_info": "～＊"},
        {"return_url": "http://localhost/pay/return/?attempt=1"},
        {"return_url": "http://localhost/pay/return/~1/"},
        {"return_url": "/pay/return/1/"},
        {"return_url": "http://localhost/" + "x" * 250},
        {"ip_addr": "somewhere"},
        {"ip_addr": ""},
        {"locale": "vi"},
    ],
)
def test_what_the_gateway_would_refuse_is_not_sent(changes):
    with pytest.raises(Malformed):
        pay_url(order(**changes), config=CONFIG, now=NOW)


def test_a_short_address_is_written_out():
    query = urlsplit(pay_url(order(ip_addr="::1"), config=CONFIG, now=NOW)).query

    assert dict(parse_qsl(query))["vnp_IpAddr"] == "0000:0000:0000:0000:0000:0000:0000:0001"


def test_a_date_without_a_zone_is_refused():
    with pytest.raises(Malformed):
        pay_url(order(), config=CONFIG, now=datetime(2026, 11, 22))  # noqa: DTZ001


def test_every_answer_to_a_notice_has_its_words():
    assert vnpay.ipn_answer("00") == {"RspCode": "00", "Message": "Confirm Success"}
    codes = ("00", "01", "02", "03", "04", "97", "99")
    assert len({vnpay.ipn_answer(code)["Message"] for code in codes}) == 7
    with pytest.raises(KeyError):
        vnpay.ipn_answer("98")


def test_the_secret_is_not_shown_with_the_account():
    assert "secret'" not in repr(CONFIG)


def test_the_protocol_loads_no_django():
    code = "import sys, payments.protocol.vnpay; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
