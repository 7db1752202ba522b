"""The finance page of the desk: money by day, agency and bank, and what waits for somebody."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from payments import states
from payments.admin import cash_days
from payments.admin import reconciliation as pages
from payments.models import Attempt, Refund
from payments.reconciliation import cash, export, turnover
from portal import charts, clock, slots
from portal.agencies.models import Agency
from portal.wording import money, number, short_date
from portal.workflow.reach import reach_of

READ = "payment.read"
SPANS = (7, 30, 90)  # days
DRAWN = 10  # agencies or banks in one chart, those with most money first
THOUSAND = 1000


@dataclass(frozen=True)
class Cut:
    """One way to look at the money: a heading, two charts, and the table beside them."""

    key: str
    heading: str
    column: str
    numbers: charts.Chart | None
    values: charts.Chart | None
    rows: list


class Finance:
    """The page and its download."""

    def __init__(self, admin_site):
        self.admin_site = admin_site

    def urls(self):
        view = self.admin_site.admin_view
        return [
            path("finance/", view(self.page), name="payments_finance"),
            path("finance/export/", view(self.export), name="payments_finance_export"),
        ]

    def page(self, request):
        within = self.within(request)
        span = self.span(request)
        first, last = _days(span)
        found = turnover.read(first, last, within)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Money received and given back"),
            "spans": [(days, days == span) for days in SPANS],
            "span": span,
            "first": first,
            "last": last,
            "total": found.total,
            "cuts": [
                by_day(found, first, last),
                by_agency(found),
                by_bank(found),
            ],
            "tasks": tasks(request.user),
        }
        return TemplateResponse(request, "desk/finance.html", context)

    def export(self, request):
        """The same by day and agency, as CSV."""
        within, span = self.within(request), self.span(request)
        first, last = _days(span)
        head = [
            "day",
            "agency",
            "online",
            "online_vnd",
            "cash",
            "cash_vnd",
            "returned",
            "returned_vnd",
        ]
        agencies = dict(Agency.objects.values_list("pk", "code"))
        rows = []
        for offset in range(span):
            day = first + timedelta(days=offset)
            found = turnover.read(day, day, within)
            rows += [
                [
                    *(day, agencies[pk], sums.online, sums.online_vnd, sums.cash, sums.cash_vnd),
                    *(sums.returned, sums.returned_vnd),
                ]
                for pk, sums in sorted(found.by_agency.items())
            ]
        return export.response(f"finance-{first}-{last}.csv", head, rows)

    def within(self, request):
        found = reach_of(request.user, READ)
        if not found:
            raise Http404
        return found

    def span(self, request):
        wanted = request.GET.get("days", "")
        return int(wanted) if wanted in {str(days) for days in SPANS} else 30


def by_day(found, first, last):
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    rows = [
        (short_date(day), f"{day:%d/%m}", found.by_day.get(day, turnover.Sums())) for day in days
    ]
    return _cut(
        "day", _("By day"), _("Day"), rows, shown=[r for r in rows if r[2].number or r[2].returned]
    )


def by_agency(found):
    agencies = Agency.objects.in_bulk(list(found.by_agency))
    rows = [
        (agencies[pk].name, agencies[pk].code, sums)
        for pk, sums in sorted(found.by_agency.items(), key=lambda item: -item[1].amount)
    ]
    return _cut("agency", _("By agency"), _("Agency"), rows)


def by_bank(found):
    rows = [
        (bank or _("Cash at the counter"), bank or _("Cash"), sums)
        for bank, sums in sorted(found.by_bank.items(), key=lambda item: -item[1].amount)
    ]
    return _cut("bank", _("By bank"), _("Bank"), rows)


def _cut(key, heading, column, rows, shown=None):
    drawn = rows if key == "day" else rows[:DRAWN]
    numbers = values = None
    if any(sums.number for _name, _label, sums in drawn):
        labels = tuple(label for _name, label, _sums in drawn)
        online = tuple(sums.online for *_names, sums in drawn)
        at_counter = tuple(sums.cash for *_names, sums in drawn)
        numbers = charts.stacked_bars(
            (charts.Series("ch-val", online), charts.Series("ch-low", at_counter)),
            labels,
            title=_("{heading}: {online} online payments, {cash} at the counter.").format(
                heading=heading, online=number(sum(online)), cash=number(sum(at_counter))
            ),
            key=f"{key}-number",
        )
        online = tuple(sums.online_vnd // THOUSAND for *_names, sums in drawn)
        at_counter = tuple(sums.cash_vnd // THOUSAND for *_names, sums in drawn)
        values = charts.stacked_bars(
            (charts.Series("ch-val", online), charts.Series("ch-low", at_counter)),
            labels,
            title=_("{heading}: {online} online, {cash} at the counter.").format(
                heading=heading,
                online=money(sum(sums.online_vnd for *_names, sums in drawn)),
                cash=money(sum(sums.cash_vnd for *_names, sums in drawn)),
            ),
            key=f"{key}-value",
        )
    table = [
        {"name": name, "sums": sums} for name, _label, sums in (rows if shown is None else shown)
    ]
    return Cut(key, heading, column, numbers, values, table)


def tasks(user):
    """What waits for somebody, as ``{"text", "href"}``; only what ``user`` may open."""
    found = []
    within = reach_of(user, READ)
    attempts = within.rows(unit="dossier__receiving_unit", agency="handling_agency")
    waiting = Attempt.objects.filter(attempts, state__in=states.FOR_PEOPLE).count()
    if within:
        found.append(
            _task(
                ngettext(
                    "{number} payment waits for a decision",
                    "{number} payments wait for a decision",
                    waiting,
                ),
                waiting,
                reverse("admin:payments_attempt_changelist")
                + "?state__in="
                + ",".join(sorted(states.FOR_PEOPLE)),
            )
        )
    refunds = reach_of(user, "refund.read")
    if refunds:
        waiting = Refund.objects.filter(
            refunds.rows(unit="dossier__receiving_unit", agency="handling_agency"),
            state=states.RefundState.REQUESTED,
        ).count()
        found.append(
            _task(
                ngettext("{number} refund to approve", "{number} refunds to approve", waiting),
                waiting,
                reverse("admin:payments_refund_changelist") + "?state__exact=requested",
            )
        )
    if pages.may_open(user):
        lines = pages.lines_for(user).filter(reconciliation__in=pages.newest())
        waiting = lines.exclude(finding=pages.Finding.MATCHED).count()
        found.append(
            _task(
                ngettext(
                    "{number} open line of the reconciliation",
                    "{number} open lines of the reconciliation",
                    waiting,
                ),
                waiting,
                reverse("admin:payments_reconciliation_changelist"),
            )
        )
    if cash_days.reach(user):
        today = clock.today()
        tills = cash.tills(
            today - timedelta(days=cash_days.DAYS - 1), today, within=cash_days.reach(user)
        )
        waiting = sum(till.finding in ("uncounted", "different") for till in tills)
        found.append(
            _task(
                ngettext(
                    "{number} till uncounted or different",
                    "{number} tills uncounted or different",
                    waiting,
                ),
                waiting,
                reverse("admin:payments_cash_days"),
            )
        )
    return found


def _task(text, waiting, href):
    return {"text": text.format(number=number(waiting)), "href": href, "waiting": waiting}


def section(request):
    """The section of the desk for whoever handles money."""
    waiting = tasks(request.user)
    if not waiting:
        return ""
    context = {"tasks": waiting, "reads": bool(reach_of(request.user, READ))}
    return render_to_string("desk/finance_tasks.html", context, request=request)


def _days(span):
    last = clock.today()
    return last - timedelta(days=span - 1), last


slots.fill("desk.home", section)
