"""Reading the ledger in tests."""

from django.db.models import Sum

from payments.models import Entry, Posting


def balances(agency):
    """``{kind: VND}`` of an agency's accounts, those at zero left out."""
    rows = (
        Posting.objects.filter(account__agency=agency)
        .values_list("account__kind")
        .annotate(sum=Sum("amount"))
    )
    return {kind: amount for kind, amount in rows if amount}


def references():
    """What has been booked, by kind: ``["capture", "owed", "refund"]``."""
    return sorted(
        reference.split(":")[0] for reference in Entry.objects.values_list("reference", flat=True)
    )
