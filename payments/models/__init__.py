from payments.models.attempts import Attempt, AttemptHistory, Notice
from payments.models.frozen import FrozenRequest
from payments.models.ledger import Account, Entry, Posting
from payments.models.receipts import CashReceipt, Receipt, ReceiptCounter
from payments.models.reconciliation import (
    CashCount,
    CashDifference,
    Reconciliation,
    ReconciliationLine,
    Repair,
    SettlementFile,
)
from payments.models.refunds import Refund, RefundHistory

__all__ = [
    "Account",
    "Attempt",
    "AttemptHistory",
    "CashCount",
    "CashDifference",
    "CashReceipt",
    "Entry",
    "FrozenRequest",
    "Notice",
    "Posting",
    "Receipt",
    "ReceiptCounter",
    "Reconciliation",
    "ReconciliationLine",
    "Refund",
    "RefundHistory",
    "Repair",
    "SettlementFile",
]
