"""Names of districts and communes, as addresses have them, by the tree of a day. No database is asked."""

from functools import lru_cache

from portal.agencies import present
from portal.agencies.tree_files import agencies

COMMITTEE_OF = "Ủy ban nhân dân "


def district_names(province: str, day=None) -> tuple[str, ...]:
    """“Quận Hải Châu”, …: the districts of the province with this code, on ``day`` or today; none since 1 July 2025."""
    return names_below(province, "district", "", day or present.today())


def commune_names(province: str, district: str = "", day=None) -> tuple[str, ...]:
    """“Phường Thạch Thang”, …: the communes of a province, or of the district of that name in it."""
    return names_below(province, "commune", district, day or present.today())


def place_name(committee: str) -> str:
    """The place that a People's Committee is of: “Ủy ban nhân dân quận 1” → “Quận 1”."""
    place = committee.removeprefix(COMMITTEE_OF)
    return place[:1].upper() + place[1:]


@lru_cache(maxsize=256)
def names_below(province, kind, district, day) -> tuple[str, ...]:
    found = {}
    for agency in agencies().values():
        if agency.kind != kind or not agency.code.startswith(f"{province}."):
            continue
        parent = place_name(agencies()[agency.parent].name_vi)
        if agency.exists_on(day) and district in ("", parent):
            found[place_name(agency.name_vi)] = True
    return tuple(found)
