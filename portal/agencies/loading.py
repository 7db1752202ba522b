"""Bringing the tree of the files (``tree_files``, ``unit_files``) into the database, in few statements.

May be done again at any time: what is there already and as the files say is left alone.
"""

from dataclasses import asdict

from django.db import connection

from portal.agencies import tree_files, unit_files
from portal.agencies.differences import write_differences
from portal.agencies.models import Agency, Naming, Succession, Unit

DRAW_ROOTS_AND_TOPS = """
WITH RECURSIVE tree (id, root, top) AS (
    SELECT id, id, id FROM agencies_agency WHERE parent_id IS NULL
    UNION ALL
    SELECT child.id, CASE WHEN child.kind = 'department' THEN tree.root ELSE child.id END, tree.top
    FROM agencies_agency AS child JOIN tree ON child.parent_id = tree.id
)
UPDATE agencies_agency AS agency SET root_id = tree.root, top_id = tree.top
FROM tree WHERE tree.id = agency.id AND agency.top_id IS NULL
"""


def load_agencies() -> int:
    """Bring agencies, units and successions of the files into the database; returns how many rows were written."""
    written = load_tree()
    keys = dict(Agency.objects.values_list("code", "pk"))
    written += write_differences(
        Unit,
        {
            row.code: {"agency_id": keys[row.code], "simulated_name": True, **asdict(row)}
            for row in unit_files.units()
        },
        key="code",
    )
    written += write_differences(
        Succession,
        {
            keys[row.agency]: {
                "agency_id": keys[row.agency],
                "successor_id": keys[row.successor],
                "day": row.day,
                "basis": row.basis,
            }
            for row in tree_files.successions()
        },
        key="agency_id",
    )
    written += write_differences(
        Naming,
        {
            keys[row.agency]: {**without(asdict(row), "agency"), "agency_id": keys[row.agency]}
            for row in tree_files.namings()
        },
        key="agency_id",
    )
    return written


def load_tree() -> int:
    """The agencies, one generation after the other: a child needs the key of its parent."""
    written, keys = 0, {}
    generation = [row for row in tree_files.agencies().values() if not row.parent]
    while generation:
        written += write_differences(
            Agency, {row.code: agency_fields(row, keys) for row in generation}, key="code"
        )
        keys.update(Agency.objects.values_list("code", "pk"))
        parents = {row.code for row in generation}
        generation = [row for row in tree_files.agencies().values() if row.parent in parents]
    if written:
        with connection.cursor() as cursor:
            cursor.execute(DRAW_ROOTS_AND_TOPS)
    return written


def agency_fields(row, keys) -> dict:
    return {
        "code": row.code,
        "parent_id": keys[row.parent] if row.parent else None,
        "kind": row.kind,
        "name_vi": row.name_vi,
        "name_en": row.name_en,
        "region": row.region,
        "gso_code": row.gso_code,
        "simulated_name": row.simulated,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


def without(fields: dict, name: str) -> dict:
    return {key: value for key, value in fields.items() if key != name}
