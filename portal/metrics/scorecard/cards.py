"""The scorecard of one agency, beside those of its kind, read in a fixed number of queries."""

from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.metrics import readings as readings_of_blocks
from portal.metrics import rows
from portal.metrics.compared import tops
from portal.metrics.compared.league import ranked
from portal.metrics.registry import CERTAINTY, reads
from portal.metrics.scorecard import raising, rules, shares, words
from portal.metrics.tables import ENOUGH, Shown, shown_reading
from portal.template_tags import cellbar
from portal.wording import number, percent


@dataclass(frozen=True)
class Line:
    """One indicator with the figure that its share is made of; ``None`` without a source."""

    score: rules.Score
    figure: Shown | None = None
    why_not: str = ""  # its points are left out

    @property
    def name(self):
        return words.INDICATORS[self.score.indicator.id]

    @property
    def row(self):
        """The line of the table as HTML."""
        indicator = self.score.indicator
        head = format_html('<span class="code">{}</span> {}', indicator.id, self.name)
        value = self.figure.html if self.figure else rows.quiet(_("no source yet"))
        target = "–" if indicator.target is None else percent(Fraction(indicator.target, 100))
        return rows.line(
            head,
            rows.number(_("Value"), value),
            rows.number(_("Target"), target),
            rows.number(_("Points"), self._points),
            rows.words(_("Certainty"), rows.quiet(CERTAINTY[indicator.certainty])),
            css="indicator",
        )

    @property
    def _points(self):
        points, most = self.score.points, self.score.indicator.most
        if points is not None:
            return format_html("<b>{}</b> / {}", number(points, 2), most)
        left_out = rows.quiet(_("left out (%(most)s)") % {"most": most})
        if not self.why_not:
            return left_out
        return format_html(
            '{} <span class="figure-counts why-not">{}</span>', left_out, self.why_not
        )


@dataclass(frozen=True)
class GroupLine:
    """One group, or a part of one, with its indicators and the median of the agencies of its kind."""

    id: str
    card: rules.Card
    most: int
    lines: list
    median: Fraction | None

    @property
    def name(self):
        return words.GROUPS[self.id]

    @property
    def left_out(self):
        """Points of the indicators that are not known."""
        return self.most - self.card.most

    def row(self, *, with_median):
        """Its line in the table of groups as HTML."""
        cells = [
            rows.plain(self._bar),
            rows.number(_("To be had"), self.card.most),
            rows.number(pgettext("points", "Most"), self.most),
        ]
        if with_median:
            shown = "–" if self.median is None else number(self.median, 1)
            cells.append(rows.number(_("Median"), shown))
        return rows.line(rows.link(f"#group-{self.id}", self.name), *cells)

    @property
    def _bar(self):
        """The points as a share of the most, with a tick at the median."""
        if not self.card.most:
            return rows.no_data()
        mark = None if self.median is None else self.median / self.most
        return cellbar(number(self.card.total, 1), self.card.total / self.most, mark)


@dataclass(frozen=True)
class Standing:
    """One agency in the table of all of its kind."""

    top: tops.Top
    card: rules.Card
    rank: int | None

    def row(self, href):
        """Its line as HTML; ``href`` is the page of its card."""
        if self.card.share is None:
            bar = rows.no_data()
        else:
            bar = cellbar(number(self.card.total, 1), self.card.share)
            if self.rank is None:
                bar += format_html(" {}", rows.quiet(_("too few dossiers to rank")))
        counted = f"{pgettext('numerator of denominator', 'of')} {self.card.most}"
        return rows.ranked(self.rank, href, self.top.name, bar, counted)


@dataclass(frozen=True)
class Page:
    block: object
    card: rules.Card
    groups: list
    gains: list
    rank: int | None
    ranked: int  # how many of its kind have a rank

    @property
    def rows(self):
        """The lines of the table of groups, as HTML; medians where others are ranked."""
        return [group.row(with_median=bool(self.ranked)) for group in self.groups]

    @property
    def left_out(self):
        return rules.HUNDRED - self.card.most


def all_of(kind, period, profile):
    """Every ministry or every province with its card, the greatest share of its maximum first."""
    day = tops.tree_day(period)
    metrics = shares.metrics_of(rules.PROFILES[profile], period.as_of)
    (found,) = tops.read([kind], day, period, only=reads(metrics.values()))
    read = [(top, shares.readings_of(metrics, top.figures)) for top in found]
    cards = [(top, _card(readings, profile), _is_enough(readings)) for top, readings in read]
    ranks = ranked({top.agency.pk: card.share for top, card, is_enough in cards if is_enough})
    standings = [Standing(top, card, ranks.get(top.agency.pk)) for top, card, _enough in cards]
    return sorted(
        standings, key=lambda each: (each.rank is None, each.rank or 0, each.top.agency.code)
    )


def _is_enough(readings):
    """Whether enough dossiers were completed for a rank."""
    progress = readings.get("2.1")
    return progress is not None and progress.denominator >= ENOUGH


def page(block, period, profile):
    """The card of one agency: indicator by indicator, beside the median of its kind where it is a top itself."""
    metrics = shares.metrics_of(rules.PROFILES[profile], period.as_of)
    standings = all_of(block.agency.kind, period, profile) if block.is_top else []
    own = next((each for each in standings if each.top.agency == block.agency), None)
    if own and own.top.block_code == block.code:
        readings = shares.readings_of(metrics, own.top.figures)
    else:  # no top, or one that is ranked with those it has succeeded
        read = readings_of_blocks.read(list(metrics.values()), period, block)
        readings = {key: read[metric.code] for key, metric in metrics.items()}
    card = _card(readings, profile)
    return Page(
        block,
        card,
        [_group(group, card, standings, metrics, readings, period, block) for group in _shown()],
        raising.gains(card, readings, metrics, period, block),
        own.rank if own else None,
        sum(each.rank is not None for each in standings),
    )


def _card(readings, profile):
    return rules.Card(rules.PROFILES[profile], shares.shares(readings))


def _shown():
    """The six groups that the national portal shows: group 3 in its two parts."""
    return [name for group in rules.GROUPS for name in (group.parts or [group.id])]


def _group(name, card, standings, metrics, readings, period, block):
    own = card.of(name)
    others = (each.card.total_of(name) for each in standings if each.rank is not None)
    # By their floats they are all but in order: the exact order then takes one comparison of fractions for each.
    known = sorted((points for points in others if points is not None), key=float)
    return GroupLine(
        name,
        own,
        sum(each.indicator.most for each in own.scores),
        [_line(score, metrics, readings, period, block) for score in own.scores],
        median(known) if known else None,
    )


def _line(score, metrics, readings, period, block):
    metric = metrics.get(score.indicator.id)
    if metric is None:
        return Line(score, why_not=shares.why_not(score.indicator, period.as_of))
    figure = shown_reading(metric, readings[score.indicator.id], period, block.code)
    why_not = ""
    if score.share is None and score.indicator.times not in readings:
        why_not = shares.why_factor_is_missing(score.indicator, period.as_of)
    return Line(score, figure, why_not)
