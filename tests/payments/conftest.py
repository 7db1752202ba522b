import pytest

from tests.payments.bank import open_bank


@pytest.fixture
def bank(settings):
    """A payment gateway on loopback with books of its own (tests/payments/bank.py); the portal is its merchant."""
    with open_bank(settings) as bank:
        yield bank


@pytest.fixture
def gateway_down(settings):
    """A gateway that nobody answers for."""
    with open_bank(settings) as bank:
        config = bank.config
    settings.GATEWAY = config
    return config
