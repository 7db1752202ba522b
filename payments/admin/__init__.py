"""The desk's pages about money. Importing a module registers its pages."""

from payments.admin import cash_days, finance, lists, receipts, reconciliation

__all__ = ["cash_days", "finance", "lists", "receipts", "reconciliation"]
