"""The demo bar turns the sandbox's switches, over HTTP and signed like everything else."""

import pytest
from django.urls import reverse

from payments.protocol.vnpay import verify_notice
from portal import page
from portal.clock.models import PortalClock
from portal.simulator.bank_switches import SWITCHES
from tests.payments.sandbox.running import SECRET, TMN_CODE

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(sandbox, settings, client, monkeypatch):
    """A browser at a portal that is a demo, and whose gateway is the running sandbox."""
    settings.PORTAL_DEMO = True
    settings.GATEWAY = {
        "tmn_code": TMN_CODE,
        "secret": SECRET,
        "pay_url": sandbox.config.pay_url,
        "api_url": sandbox.config.api_url,
    }
    monkeypatch.setattr(page, "_seen_demo_row", False)
    PortalClock.objects.create(pk=1, is_demo=True)
    yield client
    sandbox.sql("UPDATE sandbox_merchant SET switches = '{}'")


def switches(sandbox):
    return sandbox.sql("SELECT switches FROM sandbox_merchant WHERE tmn_code = %s", TMN_CODE)[0][0]


def turn(demo, key):
    return demo.post(reverse("demo:bank"), {"switch": key, "next": "/services/"})


def test_every_button_is_one_the_sandbox_knows(demo, sandbox):
    seen = []
    for switch in SWITCHES:
        assert turn(demo, switch.key)["location"] == "/services/"
        seen.append(switches(sandbox))

    assert seen[0] == {}
    assert len({str(each) for each in seen}) == len(SWITCHES)


def test_the_bar_offers_the_switches_and_the_console(demo, sandbox):
    text = demo.get("/").text

    for switch in SWITCHES:
        assert f'name="switch" value="{switch.key}"' in text
    assert f'href="{sandbox.address}/console/"' in text


def test_what_the_button_says_happens_to_the_next_payment(demo, payer, order, merchant, sandbox):
    turn(demo, "duplicate")
    payer.opens(order.url(sandbox))
    payer.pays_with("9704198526191432198")

    for query in merchant.wait_for(order.txn_ref, count=3):
        assert verify_notice(query, secret=SECRET).is_success


def test_an_unknown_button_is_not_found(demo, sandbox):
    assert turn(demo, "explode").status_code == 404
    assert switches(sandbox) == {}


def test_a_silent_sandbox_is_said(demo, settings, sandbox):
    settings.GATEWAY = {**settings.GATEWAY, "api_url": "http://127.0.0.1:9/api"}
    answer = turn(demo, "drop")

    assert answer.status_code == 302
    assert [message.level_tag for message in answer.wsgi_request._messages] == ["error"]


def test_there_is_no_such_button_outside_a_demo(demo, sandbox):
    PortalClock.objects.update(is_demo=False)

    assert turn(demo, "drop").status_code == 404
    assert switches(sandbox) == {}
