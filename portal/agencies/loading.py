"""Loading the agencies and one-door units that the portal starts with.

``data/agencies.csv`` holds the 22 ministries and 63 provinces until 30 June 2025 (docs/sources.md, “Agencies”) and the
departments, districts and communes of this simulation; ``data/units.csv`` their one-door units. A row's parent stands
above it. Whatever ``simulated`` says yes for has a made-up code.
"""

import csv
from functools import cache
from pathlib import Path

from portal.agencies.models import Agency, Unit

FOLDER = Path(__file__).parent / "data"


def load_agencies() -> int:
    """Bring agencies and units of the files into the database; returns how many rows were new or different."""
    changed = 0
    known = {agency.code: agency for agency in Agency.objects.all()}
    for row in rows("agencies"):
        wanted = {
            "kind": row["kind"],
            "name_vi": row["name_vi"],
            "name_en": row["name_en"],
            "parent": known[row["parent"]] if row["parent"] else None,
            "region": row["region"],
            "gso_code": row["gso_code"],
            "simulated_name": row["simulated"] == "yes",
        }
        agency = known.setdefault(row["code"], Agency(code=row["code"]))
        changed += save_differences(agency, wanted)
    units = {unit.code: unit for unit in Unit.objects.all()}
    for row in rows("units"):
        wanted = {
            "agency": known[row["agency"]],
            "simulated_name": True,
            **{
                key: row[key] for key in ("name_vi", "name_en", "address", "phone", "opening_hours")
            },
        }
        changed += save_differences(units.get(row["code"]) or Unit(code=row["code"]), wanted)
    return changed


@cache
def sectors() -> dict[str, str]:
    """Which ministry's field a department works in: code of the department → code of the ministry."""
    return {row["code"]: row["sector"] for row in rows("agencies") if row["sector"]}


def rows(name: str) -> list[dict[str, str]]:
    """The lines of one data file, by column."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def save_differences(instance, wanted) -> bool:
    """Set ``wanted`` on ``instance`` and save it, if it is new or differs. Returns whether it was saved."""
    different = instance.pk is None or any(
        getattr(instance, key) != value for key, value in wanted.items()
    )
    if different:
        for key, value in wanted.items():
            setattr(instance, key, value)
        instance.save()
    return different
