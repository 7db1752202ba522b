"""What the pages of figures are made of. Each function reads in a fixed number of queries, however many agencies."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.agencies.models import Agency
from portal.catalogue.folding import fold
from portal.metrics import cuts, figures, groups, trends
from portal.metrics.blocks import MINISTRIES, NATION, PROVINCES
from portal.metrics.registry import headlines
from portal.metrics.tables import Row, Table, agency_row, in_order, shown


@dataclass(frozen=True)
class Page:
    """Headline figures of a block, its charts, and tables of what lies within it."""

    block: object
    headlines: list
    trends: list
    tables: list
    groups: list

    @property
    def is_empty(self):
        """Whether nothing was counted in the period."""
        return not any(
            figure.reading.numerator or figure.reading.denominator for figure in self.headlines
        )


def nation(period):
    """The whole country: blocks, ministries and provinces."""
    drawn = in_order(headlines(period.as_of))
    by_top = figures.read(period, cuts.BY_TOP)
    tops = [top for top in Agency.objects.filter(pk__in=list(by_top)) if by_top[top.pk]]
    within = {
        block: _sorted(top for top in tops if top.kind == block.kind)
        for block in (MINISTRIES, PROVINCES)
    }
    blocks = {
        block: figures.pooled(by_top[top.pk] for top in found) for block, found in within.items()
    }
    whole = figures.pooled(by_top.values())
    months, counted = trends.read(period, cuts.BY_KIND, trends.DRAWN)
    for month in months:
        kinds = [counted[block.kind, month.first] for block in within]
        counted[NATION.code, month.first] = figures.pooled(kinds)
    return Page(
        NATION,
        [shown(metric, whole, period, NATION.code) for metric in drawn],
        [
            trends.on_time(months, counted, [_line_of(PROVINCES), _line_of(MINISTRIES)]),
            trends.received(months, counted, _line_of(NATION)),
        ],
        [
            _table_of_blocks(drawn, period, blocks),
            *(
                _table_of_agencies(str(block.name), drawn, period, found, by_top)
                for block, found in within.items()
                if found
            ),
        ],
        groups.of(whole, period, NATION.code),
    )


def agency(block, period):
    """One agency: itself and each agency directly below it, with all that is further below."""
    drawn = in_order(headlines(period.as_of))
    whole = figures.of(period, block)
    months, counted = trends.read(period, cuts.with_its_kind(block), trends.DRAWN)
    own = trends.Line(block.code, block.code, block.name, _("This agency"))
    kind = MINISTRIES if block.agency.top.kind == MINISTRIES.kind else PROVINCES
    return Page(
        block,
        [shown(metric, whole, period, block.code) for metric in drawn],
        [
            trends.on_time(months, counted, [own, _line_of(kind)]),
            trends.received(months, counted, own),
        ],
        _tables_of_parts(block, drawn, period),
        groups.of(whole, period, block.code),
    )


def _line_of(block):
    """A wide block as a line of a chart."""
    return {
        NATION: trends.Line(NATION.code, NATION.code, str(NATION.name), str(NATION.name)),
        PROVINCES: trends.Line(PROVINCES.kind, PROVINCES.code, str(PROVINCES.name), _("Provinces")),
        MINISTRIES: trends.Line(
            MINISTRIES.kind, MINISTRIES.code, str(MINISTRIES.name), pgettext("chart", "Ministries")
        ),
    }[block]


def _table_of_blocks(drawn, period, blocks):
    table = Table(_("Ministries and provinces compared"), _("Block"), _columns(drawn))
    for block, total in blocks.items():
        figures_shown = [shown(metric, total, period, block.code) for metric in drawn]
        table.rows.append(Row(str(block.name), figures_shown))
    return table


def _table_of_agencies(caption, drawn, period, agencies, by_agency):
    table = Table(caption, _("Agency"), _columns(drawn))
    table.rows = [agency_row(found, by_agency[found.pk], drawn, period) for found in agencies]
    return table


def _tables_of_parts(block, drawn, period):
    """A table of the agencies directly below, if there are any with figures."""
    by_part = figures.read(period, cuts.by_part(block))
    own = by_part.pop(block.agency.pk, None)
    parts = [part for part in Agency.objects.filter(pk__in=list(by_part)) if by_part[part.pk]]
    if not parts:
        return []
    table = _table_of_agencies(_("Agencies below it"), drawn, period, _sorted(parts), by_part)
    if own:
        alone = block.alone
        table.rows.append(Row(alone.name, [shown(each, own, period, alone.code) for each in drawn]))
    return [table]


def _columns(drawn):
    return [str(metric.short) for metric in drawn]


def _sorted(agencies):
    return sorted(agencies, key=lambda found: fold(found.name))
