"""What every protocol hands to the core: an order that was read and checked, or a refusal."""

from dataclasses import dataclass, field
from datetime import date, datetime

from payments.sandbox.models import Merchant


class Refusal(Exception):
    """A request that is not carried out. ``code`` is the protocol's, ``field`` the parameter."""

    def __init__(self, code: str, field: str = "", message: str = ""):
        self.code = code
        self.field = field
        self.message = message
        super().__init__(f"{code} {field} {message}".strip())


@dataclass(frozen=True)
class Order:
    """A request to be paid, found to come from ``merchant``. Amounts are whole dong."""

    protocol: str  # the name of a driver
    merchant: Merchant
    txn_ref: str
    order_day: date  # within it the merchant's reference is unique
    create_date: str  # as the merchant wrote it
    amount_vnd: int
    order_info: str
    order_type: str
    locale: str
    ip_addr: str
    return_url: str
    expires_at: datetime
    request_hash: str  # recognises the very same request again
    bank_code: str = ""
    wants_qr_only: bool = False
    receipt: dict = field(default_factory=dict)  # what a receipt has to say, where it was told
