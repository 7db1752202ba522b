"""Which gateways the portal can pay through. One file speaks each protocol; this page chooses among them.

A driver is offered where its settings are given. ``GATEWAYS_OF_AGENCIES`` narrows the choice for an agency proper:
``{"H17": ["platform"]}``; the first is what the page proposes.
"""

from dataclasses import dataclass
from types import ModuleType
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.errors import UnknownWayToPay
from payments.protocol import platform, vnpay
from payments.protocol.messages import GatewayConfig


@dataclass(frozen=True)
class Driver:
    """One protocol, and what it can do."""

    protocol: ModuleType  # payments.protocol.…: reference, leave, query and verify_notice of that protocol
    label: Promise
    setting: str  # of GatewayConfig's fields; empty where the driver is not used
    gives_back: bool
    shows_qr: bool

    @property
    def name(self):
        return self.protocol.DRIVER

    @property
    def config(self):
        return GatewayConfig(**getattr(settings, self.setting))

    @property
    def is_configured(self):
        return bool(getattr(settings, self.setting, None))

    def reference(self, dossier, now):
        """Our number of a new order; nobody can guess the next."""
        return self.protocol.reference(dossier.code, now=now)

    def leave(self, order, *, now, payer):
        """The address to send the payer to. Raises ``OutcomeUnknown`` where it has to be asked for and is not given."""
        return self.protocol.leave(order, config=self.config, now=now, payer=payer)

    def query(self, order, *, now):
        """What became of an order. Raises ``OutcomeUnknown``."""
        return self.protocol.query(order, config=self.config, now=now)

    def believed(self, raw):
        """The notice that ``raw``, as received, gives. Raises ``BadSignature`` or ``Malformed``."""
        return self.protocol.verify_notice(raw, secret=self.config.secret)


DRIVERS = {
    driver.name: driver
    for driver in (
        Driver(vnpay, _("Bank card or account (VNPAY)"), "GATEWAY", True, True),
        Driver(
            platform,
            _("Payment platform of the national public service portal"),
            "GATEWAY_PLATFORM",
            False,
            False,
        ),
    )
}


def offered_to(dossier):
    """The drivers by which the fee of ``dossier`` can be paid, the proposed one first."""
    names = settings.GATEWAYS_OF_AGENCIES.get(dossier.handling_agency.root.code, DRIVERS)
    return [DRIVERS[name] for name in names if DRIVERS[name].is_configured]


def chosen(name, dossier):
    """The driver called ``name``, or the proposed one. Raises ``UnknownWayToPay`` for one that is not offered."""
    offered = offered_to(dossier)
    found = [driver for driver in offered if driver.name == name] if name else offered
    if not found:
        raise UnknownWayToPay()
    return found[0]


def of(attempt):
    """The driver by which ``attempt`` was begun."""
    return DRIVERS[attempt.driver]


def gives_back(name):
    """Whether money that came by the driver ``name`` can go back the same way."""
    return DRIVERS[name].gives_back


def pages():
    """The sites to which a form of ours may lead: ``scheme://host`` of every gateway in use."""
    addresses = [
        urlsplit(driver.config.pay_url) for driver in DRIVERS.values() if driver.is_configured
    ]
    return sorted({f"{address.scheme}://{address.netloc}" for address in addresses})
