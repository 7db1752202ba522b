"""QR codes, wallets, and what a merchant's own page may choose beforehand."""

import re
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest

from payments.protocol.vnpay import verify_notice
from tests.payments.sandbox import running
from tests.payments.sandbox.running import SECRET
from tests.payments.sandbox.test_sandbox_pages import signed


@pytest.fixture
def telephone():
    """Another device: no cookie in common with the payer's browser."""
    device = running.Payer()
    yield device
    device.browser.close()


@pytest.fixture
def values(order, sandbox):
    """The parameters of the order's redirect, without the hash."""
    query = urlsplit(order.url(sandbox)).query
    pairs = httpx.QueryParams(query)
    return {name: value for name, value in pairs.items() if name != "vnp_SecureHash"}


def code_on(page) -> str:
    """The address that a page shows below its QR code."""
    return re.search(r'class="wire" href="([^"]+)"', page.text)[1]


def test_a_qr_code_is_paid_from_another_device(sandbox, payer, telephone, order, merchant):
    payer.opens(order.url(sandbox))
    page = payer.opens(f"{payer.page.url}qr/")
    assert page.headers["refresh"].isdigit()
    assert "<svg" in page.text

    telephone.opens(code_on(page))
    assert "75.000" in telephone.page.text
    assert telephone.sends(account="QR00").status_code == 200
    assert "account" not in telephone.page.text  # nothing is left to press

    back = payer.browser.get(payer.page.url, follow_redirects=False)
    notice = verify_notice(back.headers["location"].partition("?")[2], secret=SECRET)
    assert (notice.is_success, notice.bank_code) == (True, "VNPAYQR")
    assert merchant.wait_for(order.txn_ref) == [back.headers["location"].partition("?")[2]]


def test_paying_twice_from_other_devices_takes_the_money_once(
    sandbox, payer, telephone, order, merchant
):
    payer.opens(order.url(sandbox))
    telephone.opens(code_on(payer.opens(f"{payer.page.url}qr/")))
    first, page = telephone.page, telephone.sends(account="QR51")
    assert page.status_code == 200
    telephone.page = first
    telephone.sends(account="QR00")

    assert sandbox.payment(order.txn_ref)["response_code"] == "51"
    assert len(merchant.wait_for(order.txn_ref)) == 1


def test_a_button_that_does_not_exist_pays_nothing(sandbox, payer, telephone, order):
    payer.opens(order.url(sandbox))
    telephone.opens(code_on(payer.opens(f"{payer.page.url}qr/")))

    assert telephone.sends(account="9704198526191432198").status_code == 422
    assert sandbox.payment(order.txn_ref)["state"] == "open"


def test_genqr_answers_with_what_the_merchant_draws(sandbox, telephone, values, merchant):
    answer = httpx.get(signed(sandbox, {**values, "vnp_Command": "genqr"}))

    assert answer.status_code == 200
    assert answer.json().keys() == {"code", "message", "qrcontent"}
    assert answer.json()["code"] == "00"
    telephone.opens(answer.json()["qrcontent"])
    telephone.sends(account="QR00")
    (query,) = merchant.wait_for(values["vnp_TxnRef"])
    assert verify_notice(query, secret=SECRET).is_success


def test_genqr_is_refused_in_json(sandbox, values):
    good = signed(sandbox, {**values, "vnp_Command": "genqr"})
    for url, code in (
        (good.replace("vnp_Amount=", "vnp_Amount=1"), "70"),
        (signed(sandbox, {**values, "vnp_Command": "genqr", "vnp_CurrCode": "USD"}), "03"),
    ):
        answer = httpx.get(url)
        assert (answer.status_code, answer.json()["code"]) == (200, code)


@pytest.mark.parametrize(
    ("number", "code"), [("0900000000", "00"), ("0900000051", "51"), ("0900000012", "12")]
)
def test_a_wallet_leads_to_its_outcome(sandbox, payer, order, number, code):
    payer.opens(order.url(sandbox))
    choose = str(payer.page.url)
    payer.opens(f"{choose}wallet/")
    payer.sends(path=choose, test_card=number)
    query = payer.sends(otp="123456", follow=False).headers["location"].partition("?")[2]

    notice = verify_notice(query, secret=SECRET)
    assert (notice.response_code, notice.bank_code) == (code, "VNPAYEWALLET")


@pytest.mark.parametrize(
    ("bank", "page"), [("VNPAYQR", "qr/"), ("VNPAYEWALLET", "wallet/"), ("VNBANK", "")]
)
def test_the_merchant_chooses_the_way_to_pay(sandbox, payer, values, bank, page):
    payer.opens(signed(sandbox, {**values, "vnp_BankCode": bank}))

    assert re.fullmatch(rf"/pay/[\w-]+/{page}", payer.page.url.path)


def test_the_merchant_chooses_cards_from_abroad_or_a_bank(sandbox, payer, values):
    abroad = payer.opens(signed(sandbox, {**values, "vnp_BankCode": "INTCARD"})).text
    assert abroad.index("4444 3333 2222 1111") < abroad.index("9704 1985 2619 1432 198")
    payer.sends(test_card="4444333322221111")
    query = payer.sends(otp="123456", follow=False).headers["location"].partition("?")[2]
    assert verify_notice(query, secret=SECRET).bank_code == "VISA"


def test_the_bank_can_be_chosen_with_a_test_card(sandbox, payer, order):
    payer.opens(order.url(sandbox))
    payer.sends(test_card="9704198526191432198", bank="BIDV")

    assert "BIDV" in payer.page.text


def test_every_bank_of_the_list_has_a_picture(sandbox):
    banks = httpx.post(
        f"{sandbox.address}/qrpayauth/api/merchant/get_bank_list",
        data={"tmn_code": running.TMN_CODE},
    ).json()

    assert {"NCB", "VNPAYQR", "VISA"} <= {bank["bank_code"] for bank in banks}
    for bank in banks:
        picture = httpx.get(f"{sandbox.address}{bank['logo_link']}")
        assert picture.headers["content-type"] == "image/svg+xml"
        assert bank["bank_code"] in picture.text
    assert httpx.get(f"{sandbox.address}/paymentv2/images/bank/NOBODY.svg").status_code == 404


def test_the_code_names_the_address_other_devices_reach(tmp_path, payer, order, merchant):
    with (
        running.database() as url,
        running.sandbox(
            url, tmp_path, ipn_url=merchant.ipn_url, SANDBOX_PUBLIC_URL="http://192.0.2.7:8100/"
        ) as public,
    ):
        payer.opens(order.url(public))
        address = urlsplit(code_on(payer.opens(f"{payer.page.url}qr/")))
    assert urlunsplit((*address[:2], "", "", "")) == "http://192.0.2.7:8100"


def test_a_short_address_of_a_merchant_on_its_own_machine_is_taken(sandbox, payer, values):
    assert payer.opens(signed(sandbox, {**values, "vnp_IpAddr": "::1"})).status_code == 200


def test_empty_parameters_may_be_signed_or_left_out(sandbox, payer, values, new_order):
    kept = signed(sandbox, {**values, "vnp_BankCode": ""})
    assert payer.opens(kept).status_code == 200

    left_out = signed(sandbox, {**values, "vnp_TxnRef": new_order().txn_ref})
    assert payer.opens(f"{left_out}&vnp_BankCode=").status_code == 200
