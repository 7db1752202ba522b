"""The payer's way through the bank's pages, and every request that is turned away at the door."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import quote, urlencode

import httpx
import pytest
from django.utils import timezone

from payments.protocol.vnpay import verify_return
from payments.sandbox import signing
from tests.payments.sandbox.running import SECRET, TMN_CODE

GOOD_CARD = "9704198526191432198"


def returned(answer: httpx.Response):
    """What the redirect back to the merchant claims."""
    assert answer.status_code == 302
    address, _, query = answer.headers["location"].partition("?")
    assert address.endswith("/pay/return/1/")
    return verify_return(query, secret=SECRET)


def signed(sandbox, values: dict[str, str], encode=urlencode, secret=SECRET) -> str:
    """A redirect as another merchant's library might sign it."""
    query = encode(dict(sorted(values.items())))
    return f"{sandbox.config.pay_url}?{query}&vnp_SecureHash={signing.mac(secret, query.encode())}"


@pytest.fixture
def values(order):
    """All parameters of a lawful redirect."""
    created = order.now + timedelta(hours=7)
    return {
        "vnp_Version": "2.1.0",
        "vnp_Command": "pay",
        "vnp_TmnCode": TMN_CODE,
        "vnp_Amount": "7500000",
        "vnp_CreateDate": f"{created:%Y%m%d%H%M%S}",
        "vnp_CurrCode": "VND",
        "vnp_IpAddr": "127.0.0.1",
        "vnp_Locale": "vn",
        "vnp_OrderInfo": "Le phi",
        "vnp_OrderType": "other",
        "vnp_ReturnUrl": "http://localhost:1/pay/return/1/",
        "vnp_TxnRef": order.txn_ref,
    }


def test_a_payment_from_the_redirect_to_the_way_back(sandbox, payer, order):
    page = payer.opens(order.url(sandbox))
    assert "Chọn cách thanh toán" in page.text
    assert "75.000 VND" in page.text
    assert order.txn_ref in page.text

    notice = returned(payer.pays_with(GOOD_CARD))

    assert notice.is_success
    assert (notice.txn_ref, notice.amount_vnd) == (order.txn_ref, 75_000)
    assert sandbox.payment(order.txn_ref)["state"] == "paid"


def test_english_on_request_of_the_merchant_and_back_by_the_payer(sandbox, payer, new_order):
    page = payer.opens(new_order(locale="en").url(sandbox))
    assert "Choose how to pay" in page.text
    assert "75,000 VND" in page.text

    page = payer.opens(f"{page.url}?lang=vi")
    assert "Chọn cách thanh toán" in page.text
    assert '<html lang="vi">' in page.text


@pytest.mark.parametrize(
    ("card", "code", "status", "state"),
    [
        ("9704198526191432199", "51", "02", "failed"),
        ("9704195798459170488", "51", "02", "failed"),
        ("9704192181368742", "09", "02", "failed"),
        ("9704193370791314", "12", "02", "failed"),
        ("9704194841945513", "11", "02", "failed"),
        ("9704190000000000013", "13", "02", "failed"),
        ("9704190000000000065", "65", "02", "failed"),
        ("9704190000000000075", "75", "02", "failed"),
        ("9704190000000000010", "10", "02", "failed"),
        ("9704190000000000079", "79", "02", "failed"),
        ("9704190000000000099", "99", "02", "failed"),
        ("9704190000000000007", "07", "07", "suspected"),
        ("9704190000000000004", "99", "04", "reversed"),
        ("4444333322221111", "00", "00", "paid"),
        ("4000000000000002", "99", "02", "failed"),
    ],
)
def test_every_card_leads_to_its_outcome(sandbox, payer, order, card, code, status, state):
    payer.opens(order.url(sandbox))

    notice = returned(payer.pays_with(card))

    assert (notice.response_code, notice.transaction_status) == (code, status)
    assert notice.is_success is (state == "paid")
    assert sandbox.payment(order.txn_ref)["state"] == state


@pytest.mark.parametrize(
    ("button", "code", "state"), [("cancel/", "24", "cancelled"), ("run-out/", "11", "expired")]
)
def test_leaving_without_paying(sandbox, payer, order, button, code, state):
    payer.opens(order.url(sandbox))

    notice = returned(payer.sends(button, follow=False))

    assert (notice.response_code, notice.transaction_status) == (code, "02")
    assert notice.gateway_number == "0"
    assert sandbox.payment(order.txn_ref)["state"] == state


def test_a_typed_card_is_corrected_until_it_fits(sandbox, payer, order):
    payer.opens(order.url(sandbox))
    page = payer.sends(bank="BIDV", number="4111 1111 1111 1111", holder="", issued="")
    assert page.status_code == 422
    assert "<title>Có lỗi: " in page.text
    page = payer.sends(bank="BIDV", number="9704 1985 2619 1432 198", holder="A", issued="07/15")
    assert "NGUYEN VAN A" in page.text

    payer.sends(bank="BIDV", number=GOOD_CARD, holder="nguyen van a", issued="07/15")
    notice = returned(payer.sends(otp="123456", follow=False))

    assert notice.is_success
    assert notice.bank_code == "BIDV"


def test_the_third_wrong_password_ends_the_payment(sandbox, payer, order):
    payer.opens(order.url(sandbox))
    payer.sends(test_card=GOOD_CARD)
    assert "Còn 2 lần thử" in payer.sends(otp="000000").text
    assert "Còn 1 lần thử" in payer.sends(otp="000000").text

    notice = returned(payer.sends(otp="000000", follow=False))

    assert notice.response_code == "13"


def test_sending_the_password_many_times_takes_the_money_once(sandbox, payer, order, merchant):
    payer.opens(order.url(sandbox))
    payer.sends(test_card=GOOD_CARD)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: payer.sends(otp="123456", follow=False), range(8)))

    assert len({answer.headers["location"] for answer in answers}) == 1
    number = sandbox.payment(order.txn_ref)["id"]
    query = "SELECT count(*) FROM sandbox_notification WHERE transaction_id = %s"
    assert sandbox.sql(query, number) == [(1,)]
    assert sandbox.payment(order.txn_ref)["state"] == "paid"


def test_the_page_of_an_ended_payment_leads_back(sandbox, payer, order):
    page = payer.opens(order.url(sandbox))
    payer.pays_with(GOOD_CARD)

    page = payer.opens(str(page.url))

    assert "Giao dịch này đã kết thúc" in page.text
    assert "Thanh toán thành công." in page.text


def test_the_same_request_again_leads_to_the_same_open_payment(sandbox, payer, order):
    first = payer.opens(order.url(sandbox))
    again = payer.opens(order.url(sandbox))
    assert first.url == again.url

    payer.pays_with(GOOD_CARD)
    refused = payer.opens(order.url(sandbox))

    assert refused.status_code == 400
    assert refused.url.params["code"] == "01"


def test_a_reference_is_used_once_a_day(sandbox, payer, values):
    payer.opens(signed(sandbox, values))

    refused = payer.opens(signed(sandbox, {**values, "vnp_Amount": "100"}))

    assert refused.url.params["code"] == "01"
    assert sandbox.payment(values["vnp_TxnRef"])["amount_vnd"] == 75_000


@pytest.mark.parametrize(
    "hash_of",
    [
        lambda good: "",
        lambda good: good.upper(),
        lambda good: good[:-1],
        lambda good: good[:-1] + ("0" if good[-1] != "0" else "1"),
        lambda good: "é" * 128,
        lambda good: "%C3%A9%FF",
    ],
    ids=["empty", "upper case", "cut", "changed", "raw non-ASCII", "encoded non-ASCII"],
)
def test_a_wrong_signature_is_refused_with_code_70(sandbox, payer, values, hash_of):
    url, _, good = signed(sandbox, values).rpartition("vnp_SecureHash=")

    page = payer.opens(f"{url}vnp_SecureHash={hash_of(good)}")

    assert page.status_code == 400
    assert page.url.params["code"] == "70"
    assert ">70<" in page.text
    assert sandbox.payment(values["vnp_TxnRef"]) is None


def test_a_changed_amount_is_refused_with_code_70(sandbox, payer, values):
    url = signed(sandbox, values).replace("vnp_Amount=7500000", "vnp_Amount=100")

    assert payer.opens(url).url.params["code"] == "70"


def test_another_merchant_s_secret_is_refused_with_code_70(sandbox, payer, values):
    assert payer.opens(signed(sandbox, values, secret="another")).url.params["code"] == "70"


def test_an_unknown_merchant_is_refused_with_code_72(sandbox, payer, values):
    url = signed(sandbox, {**values, "vnp_TmnCode": "NOBODY01"})

    assert payer.opens(url).url.params["code"] == "72"


def test_a_repeated_key_is_refused(sandbox, payer, values):
    for repeated in ("vnp_Amount=100", "vnp%5FAmount=100", "vnp_SecureHash=0"):
        page = payer.opens(f"{signed(sandbox, values)}&{repeated}")
        assert page.status_code == 400
        assert page.url.params["code"] == "03"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vnp_Amount", "0"),
        ("vnp_Amount", "-100"),
        ("vnp_Amount", "7500000.0"),
        ("vnp_Amount", "7500050"),  # half a dong
        ("vnp_Amount", "1000000000000"),
        ("vnp_Amount", "٧٥٠٠٠٠٠"),
        ("vnp_Version", "2.1.0.0.0"),
        ("vnp_Command", "token_pay"),
        ("vnp_CurrCode", "USD"),
        ("vnp_Locale", "fr"),
        ("vnp_IpAddr", "1.1.1"),
        ("vnp_IpAddr", "1" * 46),
        ("vnp_OrderInfo", "x" * 256),
        ("vnp_OrderInfo", ""),
        ("vnp_ReturnUrl", "http://a"),
        ("vnp_ReturnUrl", "javascript:alert(1)"),
        ("vnp_ReturnUrl", "http://localhost/" + "x" * 255),
        ("vnp_TxnRef", "x" * 101),
        ("vnp_TxnRef", "a~b"),
        ("vnp_CreateDate", "20261301000000"),
        ("vnp_CreateDate", "2026-11-22"),
        ("vnp_ExpireDate", "20990231000000"),
    ],
)
def test_a_parameter_beyond_its_limits_is_refused_by_name(sandbox, payer, values, field, value):
    page = payer.opens(signed(sandbox, {k: v for k, v in {**values, field: value}.items() if v}))

    assert page.status_code == 400
    assert (page.url.params["code"], page.url.params["field"]) == ("03", field)
    assert field in page.text


def test_a_request_that_comes_too_late_is_refused_with_code_15(sandbox, payer, new_order):
    late = new_order(expires_at=timezone.now() - timedelta(seconds=1))

    assert payer.opens(late.url(sandbox)).url.params["code"] == "15"


def test_signatures_of_other_languages_are_good(sandbox, payer, values):
    """Encoders disagree on these characters; the query as received decides."""
    odd = {**values, "vnp_OrderInfo": "Le phi ~ * ! ' ( ) Đà Nẵng"}

    def php(pairs):
        return "&".join(f"{k}={quote(v, safe='-_.').replace('%20', '+')}" for k, v in pairs.items())

    def php_tilde(pairs):
        return php(pairs).replace("~", "%7E")

    def java(pairs):
        return php(pairs).replace("%2A", "*").replace("~", "%7E")

    def dot_net(pairs):
        text = php(pairs).replace("%21", "!").replace("%28", "(").replace("%29", ")")
        return re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), text)

    for number, encode in enumerate([urlencode, php, php_tilde, java, dot_net], start=1):
        reference = f"{values['vnp_TxnRef']}-{number}"
        page = payer.opens(signed(sandbox, {**odd, "vnp_TxnRef": reference}, encode))
        assert page.status_code == 200, encode


def test_a_query_that_a_browser_re_encoded_is_good(sandbox, payer, values):
    """Signed by Java over ``*`` and ``%7E``; something on the way wrote them as Python does."""
    odd = {**values, "vnp_OrderInfo": "a*b~c"}
    java = urlencode(dict(sorted(odd.items()))).replace("%2A", "*").replace("~", "%7E")
    good = signing.mac(SECRET, java.encode())
    on_the_way = urlencode(dict(sorted(odd.items())))

    page = payer.opens(f"{sandbox.config.pay_url}?{on_the_way}&vnp_SecureHash={good}")

    assert page.status_code == 200


def test_time_runs_out_by_itself(sandbox, payer, new_order, merchant):
    short = new_order(expires_at=timezone.now() + timedelta(seconds=2))
    payer.opens(short.url(sandbox))
    payer.sends(test_card=GOOD_CARD)

    (query,) = merchant.wait_for(short.txn_ref)

    assert verify_return(query, secret=SECRET).response_code == "11"
    assert returned(payer.sends(otp="123456", follow=False)).response_code == "11"
    assert sandbox.payment(short.txn_ref)["state"] == "expired"


def test_pages_carry_a_strict_policy_and_nothing_inline(sandbox, payer, order, merchant):
    page = payer.opens(order.url(sandbox))

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert f"form-action 'self' {merchant.address};" in f"{policy};"
    for forbidden in ("<script", " style=", "javascript:", "data:", " onclick"):
        assert forbidden not in page.text


def test_a_form_without_its_cookie_does_nothing(sandbox, payer, order):
    payer.opens(order.url(sandbox))
    payer.browser.cookies.clear()

    page = payer.sends("cancel/")

    assert page.status_code == 403
    assert "Biểu mẫu đã cũ" in page.text
    assert sandbox.payment(order.txn_ref)["state"] == "open"


@pytest.mark.parametrize("path", ["/pay/unknown/", "/pay/%00/", "/nowhere", "/console/99/"])
def test_an_unknown_page_says_so(sandbox, payer, path):
    page = payer.opens(sandbox.address + path)

    assert page.status_code == 404
    assert "Không có trang này" in page.text


def test_the_console_shows_payment_notice_call_and_answer(sandbox, payer, paid, merchant):
    merchant.wait_for(paid.txn_ref)
    number = sandbox.payment(paid.txn_ref)["number"]

    assert paid.txn_ref in payer.opens(f"{sandbox.address}/console/").text
    page = payer.opens(f"{sandbox.address}/console/{number}/").text

    assert "vnp_TxnRef=" + paid.txn_ref in page
    assert "RspCode" in page
    assert SECRET not in page
