from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.metrics import observed
from portal.metrics.on_demand import Listed
from portal.metrics.registry import Group, Unit, declare
from portal.metrics.terms import FeeAmount, Fees, PaidAmount, Payments

declare(
    code="payments-online",
    name=_("Online payments"),
    short=_("Online payments"),
    unit=Unit.PAYMENTS,
    group=Group.PAYMENTS,
    headline=True,
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
    group=Group.PAYMENTS,
    headline=True,
    numerator=PaidAmount(),
    counts=_("The sum, in dong, of the payments that the gateway confirmed in the period."),
    excludes=_(
        "What online payments leave out. Fees of the gateway are not known here and not deducted."
    ),
    source=_("Decision 766/QĐ-TTg of 2022, group on online payment, counted by value"),
    certainty="D",
    since=date(2022, 1, 1),
)

declare(
    code="payments-online-dossiers",
    name=_("Dossiers paid online"),
    short=_("Dossiers paid online"),
    unit=Unit.PERCENT,
    group=Group.PAYMENTS,
    numerator=Payments(),
    counts=_(
        "Dossiers whose fee the gateway took in the period: one payment each, a second is given back."
    ),
    denominator=Fees(),
    out_of=_("Dossiers whose fee was paid in the period, online or at the counter."),
    excludes=_("Dossiers that cost nothing, and those whose fee is not paid yet."),
    source=_("Decision 766/QĐ-TTg of 2022, indicator 3.6, among dossiers that paid"),
    certainty="D",
    since=date(2022, 1, 1),
)

declare(
    code="payments-online-value",
    name=_("Fees paid online, by value"),
    short=_("Value paid online"),
    unit=Unit.PERCENT,
    group=Group.PAYMENTS,
    numerator=PaidAmount(),
    counts=_("The sum, in dong, of the payments that the gateway confirmed in the period."),
    denominator=FeeAmount(),
    out_of=_("The sum, in dong, of all fees paid in the period, online or at the counter."),
    excludes=_("Refunds: what was paid stays counted in the period in which it was paid."),
    source=_("Decision 766/QĐ-TTg of 2022, group on online payment, counted by value"),
    certainty="D",
    since=date(2022, 1, 1),
)

declare(
    code="payments-online-services",
    name=_("Services paid for online"),
    short=_("Services paid online"),
    unit=Unit.PERCENT,
    group=Group.PAYMENTS,
    numerator=Listed(observed.services_paid_online, "services"),
    counts=_("Of these services, those for which the gateway took at least one fee in the period."),
    denominator=Listed(observed.services_paid, "services"),
    out_of=_(
        "Services on offer on the last day of the period for which a fee was paid in it, online or at the counter."
    ),
    excludes=_(
        "Services without a fee, and those for which nobody paid one in the period. A service is a procedure at one "
        "ministry or province."
    ),
    source=_("Decision 766/QĐ-TTg of 2022, group on online payment, counted by procedures"),
    certainty="D",
    since=date(2022, 1, 1),
)
