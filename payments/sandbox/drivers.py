"""The protocols merchants speak here. A driver is one file that registers itself; the core knows no other."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from payments.sandbox.models import Merchant, Transaction

_drivers: dict[str, "Driver"] = {}


@dataclass(frozen=True)
class Message:
    """One HTTP request to a merchant."""

    method: str
    url: str
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Driver(ABC):
    """What the core asks of a protocol about an ended payment."""

    name: ClassVar[str]

    @abstractmethod
    def result(self, payment: Transaction, *, secret: str, amount_vnd: int | None = None) -> str:
        """What payer and merchant are told, signed; another ``amount_vnd`` makes it false."""

    @abstractmethod
    def way_back(self, payment: Transaction) -> str:
        """Where the payer's browser is sent with the result."""

    @abstractmethod
    def notice_address(self, merchant: Merchant) -> str:
        """Where this merchant is told of results; empty: nowhere."""

    @abstractmethod
    def notice(self, merchant: Merchant, result: str) -> Message:
        """The call that tells a merchant of ``result``."""

    @abstractmethod
    def answer_code(self, answer: dict) -> str:
        """The code of a merchant's answer; 00 and 02 stop the calls."""


def register(driver: Driver) -> Driver:
    """Make a protocol known. A name that is claimed twice stops the start."""
    if driver.name in _drivers:
        raise RuntimeError(f"two drivers are called {driver.name!r}")
    _drivers[driver.name] = driver
    return driver


def of(payment: Transaction) -> Driver:
    """The driver of the protocol that this payment was ordered through."""
    return _drivers[payment.protocol]
