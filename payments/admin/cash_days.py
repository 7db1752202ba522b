"""Cash at the desk: what each cashier counted beside what the books say, day by day."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from payments.models import CashCount
from payments.reconciliation import cash, export
from portal import clock
from portal.errors import PortalError
from portal.workflow.reach import Reach, reach_of

DAYS = 31
READ = "payment.read"


def reach(user):
    """How far ``user`` sees tills: whoever reads payments, and whoever accepts differences."""
    one, other = reach_of(user, READ), reach_of(user, cash.ACCEPT)
    return Reach(
        one.units | other.units,
        one.agencies | other.agencies,
        one.roots | other.roots,
        one.everywhere or other.everywhere,
    )


class CashDays:
    """The pages of the till; ``urls()`` goes into the admin of cash receipts."""

    def __init__(self, admin_site):
        self.admin_site = admin_site

    def urls(self):
        view = self.admin_site.admin_view
        return [
            path("days/", view(self.days), name="payments_cash_days"),
            path("days/count/", view(self.count), name="payments_count_cash"),
            path("days/export/", view(self.export), name="payments_cash_export"),
            path("days/<int:pk>/accept/", view(self.accept), name="payments_accept_cash"),
        ]

    def days(self, request, *, status=200, refusal=None, typed=None):
        within = self.within(request)
        today = clock.today()
        agencies = cash.agencies_of(request.user) if reach_of(request.user, cash.KEY) else []
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cash counted and booked"),
            "rows": [self.row(request.user, till) for till in self.tills(within, today)],
            "agencies": agencies,
            "today": today,
            "refusal": refusal,
            "typed": typed or {},
            "days": DAYS,
        }
        return TemplateResponse(request, "desk/cash_days.html", context, status=status)

    def count(self, request):
        self.within(request)
        if request.method != "POST":
            return redirect("admin:payments_cash_days")
        typed = {name: request.POST.get(name, "")[:40] for name in ("agency", "day", "counted")}
        agency = cash.agencies_of(request.user).filter(code=typed["agency"]).first()
        day = _day(typed["day"])
        if agency is None or day is None or day > clock.today():
            messages.error(request, _("Choose an agency of yours and a day up to today."))
            return redirect("admin:payments_cash_days")
        try:
            counted = cash.count(agency, day, typed["counted"], by=request.user)
        except PortalError as refusal:
            return self.days(request, status=refusal.status, refusal=refusal, typed=typed)
        if counted.counted == counted.booked:
            messages.success(request, _("Counted: the till matches the books."))
        else:
            messages.warning(
                request,
                _("Counted: the till differs from the books. Count again, or have it accepted."),
            )
        return redirect("admin:payments_cash_days")

    def accept(self, request, pk):
        within = self.within(request)
        counted = get_object_or_404(
            CashCount.objects.filter(cash.within_reach(within)).select_related("agency", "cashier"),
            pk=pk,
        )
        refusal, reason = None, request.POST.get("reason", "")
        if request.method == "POST":
            try:
                cash.accept(counted, reason=reason, by=request.user)
            except PortalError as problem:
                refusal = problem
            else:
                messages.success(request, _("The difference was accepted and booked."))
                return redirect("admin:payments_cash_days")
        till = cash.till_of(counted.agency, counted.cashier, counted.day)
        may = (
            till.finding == "different"
            and till.count.pk == counted.pk
            and may_accept(request.user, till)
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Accept a cash difference"),
            "till": till,
            "may": may,
            "reason": reason,
            "refusal": refusal,
        }
        return TemplateResponse(
            request, "desk/cash_accept.html", context, status=refusal.status if refusal else 200
        )

    def export(self, request):
        head = [
            "day",
            "agency",
            "cashier",
            "booked_vnd",
            "receipts",
            "counted_vnd",
            "difference_vnd",
            "finding",
        ]
        rows = (
            [
                *(till.day, till.agency.code, till.cashier.username, till.booked, till.receipts),
                *(till.count.counted if till.count else None, till.difference, till.finding),
            ]
            for till in self.tills(self.within(request), clock.today())
        )
        return export.response(f"cash-{clock.today()}.csv", head, rows)

    def tills(self, within, today):
        return cash.tills(today - timedelta(days=DAYS - 1), today, within=within)

    def within(self, request):
        found = reach(request.user)
        if not found:
            raise Http404
        return found

    def row(self, user, till):
        accept = ""
        if till.finding == "different" and may_accept(user, till):
            accept = reverse("admin:payments_accept_cash", args=[till.count.pk])
        return {"till": till, "accept": accept}


def may_accept(user, till):
    return user.pk != till.cashier.pk and cash.MAY_ACCEPT.grant_of(user, till) is not None


def _day(text):
    try:
        return parse_date(text)
    except ValueError:
        return None
