"""The one-door units as the files describe them: one for every agency that meets citizens. Pure: no database."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from portal.agencies.tree_files import AgencyRow, agencies, rows

OPENING_HOURS = "07:00–11:30, 13:30–17:00"
STREETS = (
    "Trần Phú",
    "Lê Lợi",
    "Nguyễn Huệ",
    "Hùng Vương",
    "Lý Thường Kiệt",
    "Quang Trung",
    "Nguyễn Du",
    "Phan Chu Trinh",
)
SEAT_OF_THE_GOVERNMENT = "Hà Nội"


@dataclass(frozen=True)
class UnitRow:
    """One one-door unit of the files. Address and telephone are made up; the code is that of its agency."""

    code: str
    name_vi: str
    name_en: str
    address: str
    phone: str
    opening_hours: str
    valid_from: date | None
    valid_to: date | None


@cache
def units() -> list[UnitRow]:
    """A unit for every ministry, province, district and commune, and for the departments that ``units.csv`` lists."""
    written = {row["code"]: row for row in rows("units")}
    return [
        UnitRow(
            **written.get(agency.code) or by_rule(agency, place),
            valid_from=agency.valid_from,
            valid_to=agency.valid_to,
        )
        for place, agency in enumerate(agencies().values())
        if agency.kind != "department" or agency.code in written
    ]


def by_rule(agency: AgencyRow, place: int) -> dict[str, str]:
    """The unit of an agency that ``units.csv`` does not list; ``place`` varies its made-up address."""
    street = f"{1 + place * 7 % 180} {STREETS[place % len(STREETS)]}"
    return {
        "code": agency.code,
        **names(agency),
        "address": ", ".join([street, *places_above(agency)]),
        "phone": f"02{top_of(agency).gso_code or '40'} 000 {place % 1000:03}",
        "opening_hours": OPENING_HOURS,
    }


def names(agency) -> dict[str, str]:
    if agency.kind == "province":
        return {
            "name_vi": f"Trung tâm Phục vụ hành chính công {agency.place}",
            "name_en": f"Public Administration Service Centre, {agency.place_en}",
        }
    return {
        "name_vi": f"Bộ phận Một cửa, {agency.place}",
        "name_en": f"One-door unit, {agency.place_en}",
    }


def places_above(agency) -> list[str]:
    """The end of an address: commune, district, province, as far as the agency has them."""
    if agency.kind == "ministry":
        return [SEAT_OF_THE_GOVERNMENT]
    if agency.kind == "province":
        return [agency.name_vi.removeprefix("Tỉnh ").removeprefix("Thành phố ")]
    return [agency.place, *places_above(agencies()[agency.parent])]


def top_of(agency) -> AgencyRow:
    return top_of(agencies()[agency.parent]) if agency.parent else agency
