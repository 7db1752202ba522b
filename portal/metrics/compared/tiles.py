"""The provinces as tiles, roughly where they lie: a diagram, without borders or areas. 63 of them, or the 34 of 2025.

``data/tiles_63.csv`` and ``data/tiles_34.csv`` give each province a column and a row. Every tile prints its value, so
that the map can be read without colour, and is a link named in words.
"""

import csv
import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

from portal.agencies.models import Agency
from portal.metrics import figures
from portal.metrics.addresses import agency_address, comparison_address
from portal.metrics.blocks import REGIONS, slug
from portal.metrics.compared import league, tops
from portal.metrics.tables import ENOUGH, shown
from portal.wording import number, percent

STEP, SIZE = 52, 48  # units from one tile to the next, and of one tile
COLUMNS = 7
DATA = Path(__file__).parent / "data"

DEFAULT_STEPS = (20, 40, 60, 80)  # percent at which a darker colour begins
STEPS = {"dossiers-on-time": (90, 92, 94, 96)}
NO_DATA = "s0"


@dataclass(frozen=True)
class Tile:
    """One province: its place, its colour class, and what it says."""

    abbreviation: str
    name: str
    x: int
    y: int
    css: str
    value: str
    words: str
    href: str

    @property
    def middle(self):
        return self.x + SIZE // 2

    @property
    def first_line(self):
        return self.y + 21

    @property
    def second_line(self):
        return self.y + 39


@dataclass(frozen=True)
class Step:
    """One line of the legend: how many provinces have this colour."""

    css: str
    words: str
    count: int


@dataclass(frozen=True)
class Map:
    tiles: list
    legend: list
    places: list
    regions: list
    width: int = COLUMNS * STEP
    height: int = 0


@cache
def grid(provinces):
    """``{code of a province: (abbreviation, column, row)}`` of the 63 or the 34."""
    with (DATA / f"tiles_{provinces}.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: (row["abbreviation"], int(row["column"]), int(row["row"]))
            for row in csv.DictReader(file)
        }


def how_many(period):
    """Which map belongs to a period: that of the tree on its last day."""
    return 34 if tops.tree_day(period) >= tops.MERGER else 63


def draw(metric, period, provinces):
    """The map of one rate. Places without a tile (no real province) stand in the table only."""
    day = tops.MERGER if provinces == 34 else tops.BEFORE_MERGER
    found = league.league(metric, period, Agency.Kind.PROVINCE, day=day)
    placed = grid(provinces)
    tiles = [
        _tile(place, placed[place.top.agency.code], metric, period)
        for place in found.places
        if place.top.agency.code in placed
    ]
    tiles.sort(key=lambda tile: (tile.y, tile.x))
    height = max(row for _name, _column, row in placed.values()) * STEP
    regions = _regions(found.places, metric, period) if provinces == 63 else []
    return Map(tiles, _legend(tiles, metric), found.places, regions, height=height)


def _tile(place, at, metric, period):
    abbreviation, column, row = at
    words, value, css = _("no data"), "–", NO_DATA
    if place.reading.share is not None and place.rank is None:
        words = _("too few dossiers")
    elif place.reading.share is not None:
        words = percent(place.reading.share)
        value, css = number(float(place.reading.share) * 100, 1), _css(place.reading.share, metric)
    return Tile(
        abbreviation,
        place.top.name,
        (column - 1) * STEP + 1,
        (row - 1) * STEP + 1,
        css,
        value,
        words,
        _page(place.top, period),
    )


def _page(top, period):
    if top.block_code == top.agency.code:
        return agency_address(top.agency.code, period)
    return comparison_address(top.block_code, period)


def _css(share, metric):
    steps = STEPS.get(metric.code, DEFAULT_STEPS)
    return f"s{1 + sum(share * 100 >= step for step in steps)}"


def _legend(tiles, metric):
    """From the greatest down; the last line is of those without a value."""
    steps = STEPS.get(metric.code, DEFAULT_STEPS)
    counted = Counter(tile.css for tile in tiles)
    words = [_("below {upper}%").format(upper=steps[0])]
    words += [
        _("{lower} to below {upper}%").format(lower=lower, upper=upper)
        for lower, upper in itertools.pairwise(steps)
    ]
    words.append(_("{lower}% and more").format(lower=steps[-1]))
    lines = [Step(f"s{place}", each, counted[f"s{place}"]) for place, each in enumerate(words, 1)]
    nothing = _("no data, or fewer than {enough} dossiers").format(enough=ENOUGH)
    return [*reversed(lines), Step(NO_DATA, nothing, counted[NO_DATA])]


def _regions(places, metric, period):
    """``(name, number of provinces, figure)`` of each region: pooled, never a mean of its provinces."""
    by_region = defaultdict(list)
    for place in places:
        if place.top.agency.region:
            by_region[place.top.agency.region].append(place.top.figures)
    return [
        (
            REGIONS.get(region, region),
            len(counted),
            comparison_address(f"region:{slug(region)}", period),
            shown(metric, figures.pooled(counted), period, f"region:{slug(region)}"),
        )
        for region, counted in sorted(by_region.items(), key=lambda pair: _in_order(pair[0]))
    ]


def _in_order(region):
    """North to south; a region that is not one of the six comes last."""
    known = list(REGIONS)
    return (known.index(region) if region in known else len(known), region)
