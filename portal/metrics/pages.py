"""What the pages of figures are made of. Each function reads in a fixed number of queries, however many agencies."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.agencies.models import Agency
from portal.catalogue.folding import fold
from portal.metrics import cuts, figures, groups, trends
from portal.metrics.addresses import agency_address, kind_address
from portal.metrics.blocks import MINISTRIES, NATION, PROVINCES
from portal.metrics.registry import headlines, reads
from portal.metrics.tables import Column, Table, in_order, row, shown


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
    """The whole country: ministries and provinces, each together."""
    drawn = in_order(headlines(period.as_of))
    by_kind = figures.read(period, cuts.BY_KIND)
    blocks = {block: by_kind[block.kind] for block in (MINISTRIES, PROVINCES)}
    whole = figures.pooled(blocks.values())
    months, counted = trends.read(period, cuts.BY_KIND, trends.DRAWN)
    for month in months:
        kinds = [counted[block.kind, month.first] for block in blocks]
        counted[NATION.code, month.first] = figures.pooled(kinds)
    return Page(
        NATION,
        [shown(metric, whole, period, NATION.code) for metric in drawn],
        [
            trends.on_time(months, counted, [_line_of(PROVINCES), _line_of(MINISTRIES)]),
            trends.received(months, counted, _line_of(NATION)),
        ],
        [_table_of_blocks(drawn, period, blocks)],
        groups.of(whole, period, NATION.code),
    )


def kind(block, period):
    """All ministries, or all provinces, one by one."""
    drawn = in_order(headlines(period.as_of))
    tops = {top.pk: top for top in _sorted(Agency.objects.filter(kind=block.kind, parent=None))}
    found = figures.read(period, cuts.by_top(dict(zip(tops, tops, strict=True))), reads(drawn))
    by_top = {top: found[key] for key, top in tops.items() if found[key]}
    whole = figures.pooled(found.values())
    return Page(
        block,
        [shown(metric, whole, period, block.code) for metric in drawn],
        [],
        [_table_of_agencies(_("One by one"), drawn, period, by_top)] if by_top else [],
        [],
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
    table = _table(_("Ministries and provinces compared"), _("Block"), drawn)
    columns = [Column(metric, period) for metric in drawn]
    for block, total in blocks.items():
        page = kind_address(block.code, period)
        table.rows.append(row(str(block.name), total, columns, block.code, page))
    return table


def _table_of_agencies(caption, drawn, period, by_agency):
    table = _table(caption, _("Agency"), drawn)
    columns = [Column(metric, period) for metric in drawn]
    for found, counted in by_agency.items():
        page = agency_address(found.code, period)
        table.rows.append(row(found.name, counted, columns, found.code, page))
    return table


def _tables_of_parts(block, drawn, period):
    """A table of the agencies directly below, if there are any with figures."""
    found = figures.read(period, cuts.by_part(block), reads(drawn))
    own = found.pop(block.agency.pk, None)
    parts = [part for part in Agency.objects.filter(pk__in=list(found)) if found[part.pk]]
    if not parts:
        return []
    by_part = {part: found[part.pk] for part in _sorted(parts)}
    table = _table_of_agencies(_("Agencies below it"), drawn, period, by_part)
    if own:
        columns = [Column(metric, period) for metric in drawn]
        table.rows.append(row(block.alone.name, own, columns, block.alone.code))
    return [table]


def _table(caption, first_column, drawn):
    return Table(caption, first_column, [str(metric.short) for metric in drawn])


def _sorted(agencies):
    return sorted(agencies, key=lambda found: _folded(found.name))


_folded = lru_cache(maxsize=5000)(fold)  # names of agencies: few, and the same on every page
