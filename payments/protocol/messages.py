"""What the portal says to a payment gateway and hears from it, whatever the wire looks like.

Money is an integer number of dong; instants are aware.
"""

from dataclasses import dataclass, field
from datetime import datetime

SUSPICION = "07"  # the bank took the money and holds it for review
REVERSED = "04"  # the bank took the money, and the payment was not completed at the gateway
HELD = (SUSPICION, REVERSED)  # money that left the payer and is not ours: people decide


class GatewayError(Exception):
    """Anything this module refuses or could not find out."""


class Malformed(GatewayError):
    """A value or a message does not have the form that the protocol prescribes."""


class BadSignature(GatewayError):
    """The message was not signed with the merchant's secret, or was changed on its way."""


class OutcomeUnknown(GatewayError):
    """The gateway gave no answer that may be believed: ask again with ``query``, never guess.

    ``code`` is the response code of a well-signed answer that settles nothing (94, 99, …), else "".
    """

    def __init__(self, reason: str, code: str = ""):
        self.reason = reason
        self.code = code
        super().__init__(reason)


@dataclass(frozen=True)
class GatewayConfig:
    """One merchant account at the gateway and where the gateway listens."""

    tmn_code: str
    secret: str = field(repr=False)
    pay_url: str
    api_url: str


@dataclass(frozen=True)
class PayOrder:
    """What the payer is sent to the gateway with.

    ``return_url`` carries its identifiers in the path and no query of its own, because some
    readers hash every parameter they see.
    """

    txn_ref: str
    amount_vnd: int
    order_info: str
    return_url: str
    ip_addr: str
    locale: str = "vn"
    order_type: str = "other"
    bank_code: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True)
class QueryOrder:
    """A question about one payment. ``created_at`` is the ``now`` its ``pay_url`` was made with."""

    request_id: str
    txn_ref: str
    created_at: datetime
    ip_addr: str
    order_info: str = "Payment status"


@dataclass(frozen=True)
class RefundOrder:
    """A request to give back a captured payment, wholly (``is_full``) or in part.

    Store it, ``request_id`` included, before it is sent; a repeat keeps the number, so that the
    gateway can tell a repeat from a second refund.
    """

    request_id: str
    txn_ref: str
    created_at: datetime
    amount_vnd: int
    is_full: bool
    gateway_number: str
    created_by: str
    ip_addr: str
    order_info: str = "Refund"


@dataclass(frozen=True)
class Notice:
    """What a verified IPN call or return address says about one payment.

    ``gateway_number`` is "0" where the payment never reached a bank. ``pay_date`` is ``None``
    where the gateway gave none.
    """

    tmn_code: str
    txn_ref: str
    amount_vnd: int
    gateway_number: str
    response_code: str
    transaction_status: str
    bank_code: str
    pay_date: datetime | None
    driver: str = "vnpay"  # the protocol it was told by

    @property
    def is_success(self) -> bool:
        """Paid: both codes are 00. One of them alone means nothing."""
        return self.response_code == "00" and self.transaction_status == "00"

    @property
    def held(self) -> str:
        """Why the money is neither paid nor failed (one of :data:`HELD`), else empty."""
        if self.transaction_status in HELD:
            return self.transaction_status
        return SUSPICION if self.response_code == SUSPICION else ""


@dataclass(frozen=True)
class QueryOutcome:
    """The gateway's signed answer about one payment.

    After a refund the gateway speaks of that refund: ``transaction_type`` 02 or 03 and its amount.
    """

    response_code: str
    message: str
    transaction_type: str = ""
    transaction_status: str = ""
    amount_vnd: int | None = None
    gateway_number: str = ""
    bank_code: str = ""
    pay_date: datetime | None = None

    @property
    def is_found(self) -> bool:
        """The gateway knows the payment."""
        return self.response_code == "00"

    @property
    def is_paid(self) -> bool:
        """The money was taken and nothing has been given back."""
        return (self.response_code, self.transaction_type, self.transaction_status) == (
            *("00", "01", "00"),
        )

    @property
    def is_held(self) -> bool:
        """The money left the payer and is not ours: neither paid nor failed."""
        return self.response_code == "00" and self.transaction_status in HELD

    @property
    def is_open(self) -> bool:
        """The payer may still pay."""
        return self.response_code == "00" and self.transaction_status == "01"


@dataclass(frozen=True)
class RefundOutcome:
    """The gateway's signed answer to a refund request: accepted, or certainly not carried out."""

    response_code: str
    message: str
    transaction_status: str = ""
    amount_vnd: int | None = None
    gateway_number: str = ""

    @property
    def is_accepted(self) -> bool:
        """The gateway has taken the refund on; the bank may still be working (status 05)."""
        return self.response_code == "00"
