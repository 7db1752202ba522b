"""What the United Nations published of Viet Nam, 2014–2024: ``data/published.csv``. Published, not derived here."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from portal.metrics.un import indices
from portal.wording import VIETNAMESE, spoken

FILE = Path(__file__).parent / "data" / "published.csv"
MOST_OFF = Decimal("0.0002")  # four digits were rounded before the mean was taken


@dataclass(frozen=True)
class Year:
    """One survey. Marks as in docs/sources.md; what was not found is ``None``."""

    year: int
    egdi: Decimal
    egdi_certainty: str
    rank: int
    rank_certainty: str
    osi: Decimal
    tii: Decimal
    hci: Decimal
    components_certainty: str
    osi_rank: int | None
    osi_rank_certainty: str
    epi: Decimal | None
    epi_certainty: str
    source: str
    source_vi: str

    @property
    def published_in(self):
        """The source in the reader's language."""
        return self.source_vi if spoken() == VIETNAMESE else self.source

    @property
    def mean(self):
        """The EGDI from the three components."""
        return indices.egdi(osi=self.osi, tii=self.tii, hci=self.hci)

    @property
    def agrees(self):
        """Whether the published value is the mean of the published components."""
        return abs(self.mean - self.egdi) <= MOST_OFF

    @property
    def band(self):
        return indices.band(self.egdi)


@cache
def years():
    """All surveys, oldest first."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Year(**{key: _value(key, text) for key, text in row.items()})
            for row in csv.DictReader(file)
        )


def _value(key, text):
    if key in ("year", "rank", "osi_rank"):
        return int(text) if text else None
    if key in ("egdi", "osi", "tii", "hci", "epi"):
        return Decimal(text) if text else None
    return text
