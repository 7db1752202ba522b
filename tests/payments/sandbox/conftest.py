"""One sandbox and one merchant's server for all tests of a session; orders never share a number."""

import itertools
import os

import pytest
from django.utils import timezone

from payments.protocol.messages import PayOrder
from payments.protocol.vnpay import pay_url
from tests.payments.sandbox import running

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def merchant():
    """The merchant's own server."""
    server = running.Merchant()
    yield server
    server.close()


@pytest.fixture(scope="session")
def sandbox(merchant, tmp_path_factory):
    """A running sandbox with two workers, whose default merchant is ``merchant``."""
    folder = tmp_path_factory.mktemp("sandbox")
    with (
        running.database() as url,
        running.sandbox(url, folder, ipn_url=merchant.ipn_url, workers=2) as started,
    ):
        yield started


@pytest.fixture
def payer():
    """Someone with a browser."""
    person = running.Payer()
    yield person
    person.browser.close()


class Order:
    """One order of the merchant and the moment it was made at."""

    def __init__(self, merchant, amount_vnd=75_000, **details):
        self.now = timezone.now()
        self.txn_ref = f"MC-{os.getpid()}-{next(_numbers)}"
        self.amount_vnd = amount_vnd
        self.order = PayOrder(
            txn_ref=self.txn_ref,
            amount_vnd=amount_vnd,
            order_info="Lệ phí hồ sơ H17.01-220830-0001",
            return_url=f"{merchant.address}/pay/return/1/",
            ip_addr="127.0.0.1",
            **details,
        )

    def url(self, sandbox) -> str:
        return pay_url(self.order, config=sandbox.config, now=self.now)


@pytest.fixture
def new_order(merchant):
    """``new_order(amount_vnd=…, expires_at=…)``: one more order of the merchant."""
    return lambda **details: Order(merchant, **details)


@pytest.fixture
def order(new_order):
    """An order of 75,000 dong."""
    return new_order()


@pytest.fixture
def paid(sandbox, payer, order):
    """An order that has been paid."""
    payer.opens(order.url(sandbox))
    payer.pays_with("9704198526191432198")
    return order
