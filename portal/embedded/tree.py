"""The tree of agencies that a demo plays with: docs/decisions/0010."""

import os
from collections.abc import Mapping
from datetime import date

from portal.embedded.errors import StartRefused

BEFORE_THE_MERGER = date(2024, 12, 31)
MOVES = "moves"


def tree_stands_at(environ: Mapping[str, str] = os.environ) -> date | None:
    """PORTAL_TREE, or the last day before the reorganisations of 2025; ``None`` where it moves with the clock.

    Raises ``StartRefused`` for what is neither a day nor “moves”.
    """
    given = environ.get("PORTAL_TREE") or BEFORE_THE_MERGER.isoformat()
    if given == MOVES:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise StartRefused(
            f"PORTAL_TREE must be a day such as {BEFORE_THE_MERGER} or “{MOVES}”, not “{given}”."
        ) from None
