"""Blocks of the figures: the nation, the ministries, the provinces, or one agency with everything below it."""

from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.agencies.models import Agency
from portal.metrics.errors import NoSuchBlock


@dataclass(frozen=True)
class Block:
    """Some agencies, under one name. ``code`` is what an address says."""

    code: str
    name: str

    def where(self, prefix):
        """The condition for a queryset whose agency is at ``prefix``, for example ``handling_agency``."""
        return Q()


@dataclass(frozen=True)
class KindBlock(Block):
    """All ministries, or all provinces, each with what is below it."""

    kind: str

    def where(self, prefix):
        return Q(**{f"{prefix}__top__kind": self.kind})


@dataclass(frozen=True)
class AgencyBlock(Block):
    """One agency and everything below it, as the tree is drawn today; or (``H17:own``) the agency alone."""

    agency: Agency
    below: tuple = field(repr=False)  # rows (key, key of the parent) of the agency and all below it

    @property
    def is_top(self):
        """Whether it is a ministry or province with everything below it."""
        return self.agency.top_id == self.agency.pk and not self.code.endswith(ALONE)

    @property
    def keys(self):
        return [key for key, _parent in self.below]

    @property
    def parts(self):
        """``{agency: agency directly below this one that it belongs to}``; this one belongs to itself."""
        own = self.agency.pk
        parents = dict(self.below)
        found = {own: own}

        def part(key):
            if key not in found:
                found[key] = key if parents[key] == own else part(parents[key])
            return found[key]

        return {key: part(key) for key in self.keys}

    @property
    def alone(self):
        """The agency without what is below it."""
        name = gettext("{name}, without the agencies below it").format(name=self.name)
        own = tuple(row for row in self.below if row[0] == self.agency.pk)
        return AgencyBlock(self.code + ALONE, name, self.agency, own)

    def where(self, prefix):
        return Q(**{f"{prefix}__in": self.keys})


ALONE = ":own"  # after the code of an agency: without what is below it

NATION = Block("nation", _("Whole country"))
MINISTRIES = KindBlock("ministries", _("Ministries"), Agency.Kind.MINISTRY)
PROVINCES = KindBlock("provinces", _("Provinces and cities"), Agency.Kind.PROVINCE)
WIDE = {block.code: block for block in (NATION, MINISTRIES, PROVINCES)}

BELOW = """
WITH RECURSIVE below AS (
    SELECT id, parent_id FROM agencies_agency WHERE id = %s
    UNION ALL
    SELECT agency.id, agency.parent_id
    FROM agencies_agency AS agency JOIN below ON agency.parent_id = below.id
)
SELECT id, parent_id FROM below
"""


def block(code):
    """The block that ``code`` names: ``nation``, ``ministries``, ``provinces`` or the code of an agency.

    Raises ``NoSuchBlock``.
    """
    if code in WIDE:
        return WIDE[code]
    if code.endswith(ALONE):
        return agency_block(code.removesuffix(ALONE)).alone
    return agency_block(code)


def agency_block(code):
    """One agency and everything below it. Raises ``NoSuchBlock``."""
    # PostgreSQL knows no text with a zero byte, and no code is that long.
    found = (
        Agency.objects.select_related("top").filter(code=code).first() if "\0" not in code else None
    )
    if found is None:
        raise NoSuchBlock(code=code[:40])
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [found.pk])
        return AgencyBlock(found.code, found.name, found, tuple(cursor.fetchall()))
