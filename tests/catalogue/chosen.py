"""Services chosen to stand for all: together they ask every type of question, at every level.

What costs a rendering or a browser for each page runs for these in the fast tier, and for all in the long one.
"""

import pytest

from portal.catalogue import definitions

TWELVE = (
    "1.001193",
    "1.000894",
    "1.005142",
    "1.001612",
    "1.012812",
    "1.013225",
    "2.000488",
    "2.000884",
    "2.001199",
    "3.000182",
    "MOIT-CO-D",
    "2.000986",
)
CODES = sorted(definitions.load_all())


def each_service():
    """Every code as a parameter; all but the chosen ones belong to the long tier."""
    return [pytest.param(code, marks=_tier(code)) for code in CODES]


def each_page():
    """``(code, step)`` of every page of every form, in the same tiers."""
    return [
        pytest.param(code, group.key, marks=_tier(code))
        for code in CODES
        for group in definitions.service(code).groups
    ]


def _tier(code):
    return [] if code in TWELVE else [pytest.mark.slow]
