"""What a service level is called, by date. Pure: imports neither Django nor Celery.

Until 14 August 2022 levels are called by their numbers alone. From then on Decree 42/2022/ND-CP knows two kinds of
online service, full-process and partial; whatever else a portal shows is information. The numbers stay on the pages:
they say more. Source and certainty: docs/sources.md, “Services”.
"""

from datetime import date
from enum import StrEnum

from portal.catalogue.levels import Capability, allows

TWO_KINDS_FROM = date(2022, 8, 15)
CERTAINTY = "recalled"  # of the day and of what belongs to which kind


class Process(StrEnum):
    """How much of a procedure is done online, in the words of Decree 42/2022."""

    FULL = "full"
    PARTIAL = "partial"
    INFORMATION = "information"


def process(level: int) -> Process:
    """The kind to which ``level`` (1 to 4) belongs: partial is what can be sent online without being full-process.

    Raises ``ValueError`` for a level that does not exist.
    """
    if allows(level, Capability.PAY_ONLINE) and allows(level, Capability.RECEIVE_ONLINE):
        return Process.FULL
    return Process.PARTIAL if allows(level, Capability.SUBMIT_ONLINE) else Process.INFORMATION


def process_on(level: int, day: date) -> Process | None:
    """The kind of ``level`` in the words of ``day``; ``None`` before the decree, when there were only numbers."""
    found = process(level)
    return found if day >= TWO_KINDS_FROM else None
