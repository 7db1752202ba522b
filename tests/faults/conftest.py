import pytest

from tests.payments.bank import open_bank


@pytest.fixture
def bank(settings):
    """A payment gateway on loopback with books of its own (tests/payments/bank.py)."""
    with open_bank(settings) as bank:
        yield bank
