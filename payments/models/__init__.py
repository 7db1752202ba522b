from payments.models.attempts import Attempt, AttemptHistory, Notice
from payments.models.ledger import Account, Entry, Posting
from payments.models.receipts import CashReceipt
from payments.models.refunds import Refund, RefundHistory

__all__ = [
    "Account",
    "Attempt",
    "AttemptHistory",
    "CashReceipt",
    "Entry",
    "Notice",
    "Posting",
    "Refund",
    "RefundHistory",
]
