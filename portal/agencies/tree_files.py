"""The tree of agencies as the files of ``data/`` describe it, read into rows. Pure: no database.

============================  =====================================================================================
``agencies.csv``              ministries, provinces and the departments of ministries, one row each
``districts.csv``             the districts until 30 June 2025 with their communes, numbered in their order
``communes_2025.csv``         the communes since 1 July 2025, right below a province, and whom each continues
``departments.csv``           what stands below *every* province, and below districts and communes with ``offices``
``successions.csv``           who continues a ministry or province that ended; the rest follows from the other files
``namings.csv``               names and statistical codes that changed while the agency stayed the same
``units.csv``                 one-door units with an address of their own; every other one follows from its agency
============================  =====================================================================================

Codes have the form of Decision 20/2020/QĐ-TTg. What ``simulated`` says yes for has a made-up code, and so has
everything below a ministry or province; which communes were joined is simplified (docs/sources.md, “Agencies”).
"""

import csv
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "data"
TWO_TIERS = date(2025, 7, 1)  # from here on: no districts, communes right below the province
MERGER = "Nghị quyết 202/2025/QH15"
MINISTRIES_MERGED = "Nghị quyết 176/2025/QH15"
DEPARTMENTS_MERGED = "Nghị định 45/2025/NĐ-CP"
KINDS_OF_PLACES = {
    "quận": "District",
    "huyện": "District",
    "thành phố": "City",
    "thị xã": "Town",
    "phường": "Ward",
    "xã": "Commune",
    "thị trấn": "Township",
}


@dataclass(frozen=True)
class AgencyRow:
    """One agency of the files; ``place`` is how addresses name it, ``sectors`` the ministries whose field it has."""

    code: str
    parent: str
    kind: str
    name_vi: str
    name_en: str
    place: str = ""
    place_en: str = ""
    region: str = ""
    gso_code: str = ""
    sectors: tuple[str, ...] = ()
    has_offices: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    simulated: bool = True

    @property
    def number(self):
        return self.code.rpartition(".")[2]

    def exists_on(self, day) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or self.valid_to > day
        )


@dataclass(frozen=True)
class SuccessionRow:
    """Who continues an agency that ended."""

    agency: str
    successor: str
    day: date
    basis: str


@dataclass(frozen=True)
class NamingRow:
    """What an agency is called, and its statistical code, from a day on."""

    agency: str
    valid_from: date
    name_vi: str
    name_en: str
    gso_code: str


@cache
def agencies() -> dict[str, AgencyRow]:
    """Every agency by its code, parents before their children."""
    found = {}
    for row in rows("agencies"):
        found[row["code"]] = top_or_its_department(row)
    for row in rows("districts"):
        for agency in district_with_communes(row):
            found[agency.code] = agency
    for row in rows("communes_2025"):
        found[row["code"]] = people_committee(
            row["code"], "commune", row["name_vi"], row["offices"], valid_from=TWO_TIERS
        )
    for agency in list(found.values()):
        for department in departments_of(agency):
            found[department.code] = department
    return found


@cache
def successions() -> list[SuccessionRow]:
    """Everybody who ended, with the one who continues them.

    A department is continued by the one that its row of ``departments.csv`` names, else by the department with its
    number below the parent's successor, else by that successor itself.
    """
    found = {
        row["agency"]: SuccessionRow(
            row["agency"], row["successor"], date.fromisoformat(row["day"]), row["basis"]
        )
        for row in rows("successions")
    }
    for row in rows("communes_2025"):
        for code in row["continues"].split():
            found[code] = SuccessionRow(code, row["code"], TWO_TIERS, MERGER)
    becomes = {(row["below"], row["number"]): row["becomes"] for row in rows("departments")}
    for agency in agencies().values():
        if agency.kind == "department" and agency.valid_to:
            successor = successor_of_department(agency, becomes, found)
            found[agency.code] = SuccessionRow(
                agency.code, successor, agency.valid_to, basis_of_department(agency)
            )
    return list(found.values())


@cache
def namings() -> list[NamingRow]:
    return [
        NamingRow(**{**row, "valid_from": date.fromisoformat(row["valid_from"])})
        for row in rows("namings")
    ]


@cache
def sectors() -> dict[str, tuple[str, ...]]:
    """Which ministries' fields a department works in: code of the department → codes of the ministries."""
    return {agency.code: agency.sectors for agency in agencies().values() if agency.sectors}


def top_or_its_department(row) -> AgencyRow:
    name, english = row["name_vi"], row["name_en"]
    agency = AgencyRow(
        code=row["code"],
        parent=row["parent"],
        kind=row["kind"],
        name_vi=name,
        name_en=english,
        place=name[:1].lower() + name[1:] if row["kind"] == "province" else name,
        place_en=english,
        region=row["region"],
        gso_code=row["gso_code"],
        sectors=tuple(row["sector"].split()),
        has_offices=row["kind"] == "province",
        valid_from=day_of(row["valid_from"]),
        valid_to=day_of(row["valid_to"]),
        simulated=row["simulated"] == "yes",
    )
    if agency.kind == "department":
        parent = next(each for each in rows("agencies") if each["code"] == agency.parent)
        return replace(agency, valid_to=day_of(parent["valid_to"]))
    return agency


def district_with_communes(row):
    """A district until the two-tier reform, then its communes in their order."""
    yield people_committee(
        row["code"], "district", row["name_vi"], row["offices"], valid_to=TWO_TIERS
    )
    for number, name in enumerate(row["communes"].split("; "), start=1):
        code = f"{row['code']}.{number:02}"
        yield people_committee(code, "commune", name, row["offices"], valid_to=TWO_TIERS)


def people_committee(code, kind, name, offices, **life) -> AgencyRow:
    english = english_place(name)
    return AgencyRow(
        code=code,
        parent=code.rpartition(".")[0],
        kind=kind,
        name_vi=f"Ủy ban nhân dân {name}",
        name_en=f"People's Committee of {english}",
        place=name,
        place_en=english,
        has_offices=offices == "yes",
        **life,
    )


def departments_of(agency):
    """The departments that an agency of this kind has by ``departments.csv``, each within the agency's own life."""
    if not agency.has_offices:
        return
    for row in rows("departments"):
        if row["below"] != agency.kind or (row["only"] and agency.code not in row["only"].split()):
            continue
        begins = max(filter(None, [agency.valid_from, day_of(row["valid_from"])]), default=None)
        ends = min(filter(None, [agency.valid_to, day_of(row["valid_to"])]), default=None)
        if begins and ends and begins >= ends:
            continue
        yield AgencyRow(
            code=f"{agency.code}.{row['number']}",
            parent=agency.code,
            kind="department",
            name_vi=row["name_vi"].format(place=agency.place),
            name_en=row["name_en"].format(place=agency.place_en),
            sectors=tuple(row["sectors"].split()),
            valid_from=begins,
            valid_to=ends,
        )


def successor_of_department(agency, becomes, known) -> str:
    parent, day = agencies()[agency.parent], agency.valid_to
    if parent.kind == "ministry":
        return known[parent.code].successor
    if parent.exists_on(day):
        return f"{parent.code}.{becomes[parent.kind, agency.number]}"
    heir = known[parent.code].successor
    same = agencies().get(f"{heir}.{agency.number}")
    return same.code if same and same.exists_on(day) else heir


def basis_of_department(agency) -> str:
    if agency.valid_to == TWO_TIERS:
        return MERGER
    of_a_ministry = agencies()[agency.parent].kind == "ministry"
    return MINISTRIES_MERGED if of_a_ministry else DEPARTMENTS_MERGED


def english_place(name: str) -> str:
    """“quận Hải Châu” → “Hai Chau District”, “phường 25” → “Ward 25”."""
    kind = next(kind for kind in KINDS_OF_PLACES if name.startswith(f"{kind} "))
    word, own = KINDS_OF_PLACES[kind], without_marks(name.removeprefix(f"{kind} "))
    return f"{word} {own}" if own.isdigit() else f"{own} {word}"


def without_marks(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def day_of(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def rows(name: str) -> list[dict[str, str]]:
    """The lines of one data file, by column; not to be changed."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
