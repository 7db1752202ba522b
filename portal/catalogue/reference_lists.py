"""Closed lists that many forms share: provinces, ethnic groups, countries."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale

from portal.agencies import present
from portal.agencies.places import commune_names, district_names
from portal.catalogue.folding import fold
from portal.catalogue.words import Words

FOLDER = Path(__file__).parent / "lists"
NOT_COUNTRIES = frozenset(
    {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
)  # groups and placeholders of CLDR


@dataclass(frozen=True)
class Option:
    """One answer a person may pick."""

    key: str
    label: Words
    hint: Words | None = None


@cache
def provinces() -> dict[str, Option]:
    """The 63 provinces and cities until 30 June 2025, by national code (H01 … H63), in Vietnamese order."""
    return in_order(
        Option(code, Words(entry["vi"], entry["en"]))
        for code, entry in read_list("provinces").items()
    )


@cache
def province_of_gso_code() -> dict[str, str]:
    """National code of a province by its two-digit statistical code."""
    return {entry["gso"]: code for code, entry in read_list("provinces").items()}


@cache
def ethnicities() -> dict[str, Option]:
    """The 54 ethnic groups by their official number, the most numerous first as in the official list."""
    names = read_list("ethnicities")
    return {number: Option(number, Words(name, name)) for number, name in names.items()}


@cache
def countries() -> dict[str, Option]:
    """Countries and territories by ISO 3166 code, named as in Unicode CLDR."""
    vietnamese, english = Locale("vi").territories, Locale("en").territories
    return in_order(
        Option(code, Words(vietnamese[code], english[code]))
        for code in english
        if len(code) == 2 and code in vietnamese and code not in NOT_COUNTRIES
    )


def places_of(province: str, kind: str, day: date) -> list[str]:
    """The names of the districts or communes (``kind``) of a province in Vietnamese order.

    As far as the tree of agencies that is in force for business of ``day`` knows any.
    """
    names = {"district": district_names, "commune": commune_names}.get(kind)
    found = names(province, day=present.tree_day(day)) if names else ()
    return sorted(found, key=fold)


LISTS = {"provinces": provinces, "ethnicities": ethnicities, "countries": countries}


@cache
def read_list(name: str) -> dict:
    """The content of one file of ``lists/``; not to be changed."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def in_order(options) -> dict[str, Option]:
    return {option.key: option for option in sorted(options, key=lambda each: fold(each.label.vi))}
