"""Public pages of the scorecards. No page names a person."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal import clock
from portal.metrics import asked, blocks, export
from portal.metrics.addresses import scorecard_address
from portal.metrics.compared.views import LEAGUES
from portal.metrics.errors import NoSuchChoice
from portal.metrics.scorecard import cards, raising, rules, words
from portal.metrics.scorecard.forms import ProfileForm

PAGE_SIZE = 50


@require_safe
def index(request):
    """Every ministry, or every province, with its points."""
    period, profile = _asked(request)
    kind = _one_of(request.GET.get("kind", blocks.PROVINCES.code), LEAGUES)
    standings = cards.all_of(LEAGUES[kind].kind, period, profile)
    return render(
        request,
        "metrics/scorecards.html",
        {
            "standings": standings,
            "rows": [
                each.row(f"{scorecard_address(each.top.agency.code, period)}&profile={profile}")
                for each in standings
            ],
            "within": LEAGUES[kind],
            "others": [each for code, each in LEAGUES.items() if code != kind],
            "form": ProfileForm(shown=period, profile=profile, kind=kind),
            **_common(period, profile),
        },
    )


@require_safe
def index_csv(request):
    period, profile = _asked(request)
    kind = _one_of(request.GET.get("kind", blocks.PROVINCES.code), LEAGUES)
    rows = [
        [
            each.rank or "",
            each.top.agency.code,
            each.top.name,
            f"{float(each.card.total):.2f}",
            each.card.most,
        ]
        for each in cards.all_of(LEAGUES[kind].kind, period, profile)
    ]
    head = ["rank", "agency", "name", "points", "points_to_be_had"]
    return export.as_file(f"scorecards-{kind}-{period.text}.csv", head, rows)


@require_safe
def card(request, code):
    """One agency: each indicator with its share, points and source, and what would raise the score."""
    period, profile = _asked(request)
    block = blocks.agency_block(code)
    return render(
        request,
        "metrics/scorecard.html",
        {
            "card": cards.page(block, period, profile),
            "within": block,
            "form": ProfileForm(shown=period, profile=profile),
            "is_running": raising.is_running(period),
            **_common(period, profile),
        },
    )


@require_safe
def card_csv(request, code):
    period, profile = _asked(request)
    found = cards.page(blocks.agency_block(code), period, profile)
    rows = [
        [
            line.score.indicator.id,
            line.figure.metric.code if line.figure else "",
            line.figure.reading.numerator if line.figure else "",
            line.figure.reading.denominator if line.figure else "",
            "" if line.score.points is None else f"{float(line.score.points):.2f}",
            line.score.indicator.most,
            line.score.indicator.certainty,
        ]
        for group in found.groups
        for line in group.lines
    ]
    head = ["indicator", "metric", "numerator", "denominator", "points", "most", "certainty"]
    return export.as_file(f"scorecard-{code}-{period.text}.csv", head, rows)


@require_safe
def at_hand(request, code, key):
    """The dossiers or services that a proposal speaks of, without any person's name."""
    period, profile = _asked(request)
    block = blocks.agency_block(code)
    proposal = raising.proposal(key)
    page = Paginator(raising.rows_of(proposal, period, block), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "metrics/at_hand.html",
        {
            "proposal": proposal,
            "page": page,
            "within": block,
            "back": scorecard_address(block.code, period),
            "back_query": profile,
            **_common(period, profile),
        },
    )


def _asked(request):
    period = asked.period(request)
    profile = request.GET.get("profile") or rules.profile_on(period.as_of)
    return period, _one_of(profile, rules.PROFILES)


def _one_of(text, choices):
    if text not in choices:
        raise NoSuchChoice(text=text[:40], choices=", ".join(choices))
    return text


def _common(period, profile):
    return {
        "period": period,
        "profile": profile,
        "profile_name": words.PROFILES[profile],
        "now": period.instant or clock.now(),
    }
