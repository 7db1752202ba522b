from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.metrics.registry import Unit, declare
from portal.metrics.terms import PaidAmount, Payments

declare(
    code="payments-online",
    name=_("Online payments"),
    short=_("Online payments"),
    unit=Unit.PAYMENTS,
    numerator=Payments(),
    counts=_("Payments for dossiers that the gateway confirmed in the period."),
    excludes=_(
        "Cash at the counter, failed attempts, and a second payment for the same request, which is given back. A "
        "payment refunded later stays counted in the period in which it was made."
    ),
    source=_("Decision 766/QĐ-TTg of 2022, group on online payment, counted by transactions"),
    certainty="D",
    since=date(2022, 1, 1),
)

declare(
    code="payments-online-amount",
    name=_("Amount paid online"),
    short=_("Paid online"),
    unit=Unit.VND,
    numerator=PaidAmount(),
    counts=_("The sum, in dong, of the payments that the gateway confirmed in the period."),
    excludes=_(
        "What online payments leave out. Fees of the gateway are not known here and not deducted."
    ),
    source=_("Decision 766/QĐ-TTg of 2022, group on online payment, counted by value"),
    certainty="D",
    since=date(2022, 1, 1),
)
