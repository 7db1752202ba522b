"""The official figures as a visitor reads them off the page."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

LIST = re.compile(r"/metrics/list/([\w-]+)/(numerator|denominator)/")


@dataclass(frozen=True)
class Cell:
    """One number on a page of figures: what it counts, for whom, and the list behind it."""

    metric: str
    side: str
    block: str


def read(page: Page, path: str, period: str) -> dict[Cell, int]:
    """Every number for ``period`` on the page at ``path``, in headlines and tables, by what it counts."""
    page.goto(f"{path}?period={period}")
    found = page.locator('main a[href*="/metrics/list/"]:has(data)').evaluate_all(
        "links => links.map(link => [link.getAttribute('href'), link.querySelector('data').value])"
    )
    cells: dict[Cell, int] = {}
    for href, value in found:
        if parse_qs(urlsplit(href).query)["period"] != [period]:
            continue  # a month of a chart's table
        cell = cell_of(href)
        # The same cell may stand in a headline and in a table: then with one number.
        assert cells.setdefault(cell, int(value)) == int(value), cell
    assert cells, f"no figures for {period} on {path}"
    return cells


def cell_of(href: str) -> Cell:
    metric, side = LIST.search(href).groups()
    return Cell(metric, side, parse_qs(urlsplit(href).query)["block"][0])


def moved(before: dict[Cell, int], after: dict[Cell, int]) -> dict[Cell, int]:
    """What was added to each cell; cells that stayed as they were are left out."""
    return {
        cell: after.get(cell, 0) - before.get(cell, 0)
        for cell in before | after
        if after.get(cell, 0) != before.get(cell, 0)
    }


def address_of(cell: Cell, period: str) -> str:
    """The list of what ``cell`` counts in ``period``."""
    return f"/metrics/list/{cell.metric}/{cell.side}/?period={period}&block={cell.block}"
