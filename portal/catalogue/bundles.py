"""What goes together when something happens in life: services in the order people need them, one file each.

The order and the sentences are the simulation's own; each file says how sure it is of them.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.catalogue.errors import DefinitionError, UnknownBundle
from portal.catalogue.guidance import CODE
from portal.catalogue.service_files import CERTAINTIES, LIFE_EVENTS
from portal.catalogue.tables import KEY, Table
from portal.catalogue.words import Words

FOLDER = Path(__file__).parent / "bundles"


@dataclass(frozen=True)
class Step:
    """One service of a bundle: when or why it is needed, and what of it the next one builds on."""

    service: str  # code
    why: Words
    carries_over: Words | None
    only_some: bool  # not everybody needs it: ``why`` says who


@dataclass(frozen=True)
class Bundle:
    """What has to be done when one thing happens."""

    key: str
    name: Words
    summary: Words
    life_event: str
    certainty: str  # of order and sentences
    steps: tuple[Step, ...]


@cache
def load_all() -> dict[str, Bundle]:
    """Every bundle by its key. Raises ``DefinitionError``."""
    return {path.stem: from_file(path) for path in sorted(FOLDER.glob("*.toml"))}


def get(key: str) -> Bundle:
    """The bundle with this key. Raises ``UnknownBundle``."""
    try:
        return load_all()[key]
    except KeyError:
        raise UnknownBundle(bundle=key)


def of_event(event: str) -> list[Bundle]:
    """The bundles of one life event."""
    return [bundle for bundle in load_all().values() if bundle.life_event == event]


def of_service(code: str) -> list[Bundle]:
    """The bundles in which this service is a step."""
    return [
        bundle
        for bundle in load_all().values()
        if any(step.service == code for step in bundle.steps)
    ]


def from_file(path: Path) -> Bundle:
    """The bundle a file describes; the file is named by its key. Raises ``DefinitionError`` naming file and key."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(file=path.name, key="(file)", problem=error)
    bundle = read_bundle(Table(content, file=path.name))
    if path.stem != bundle.key:
        raise DefinitionError(file=path.name, key="key", problem=f"{bundle.key} ≠ {path.stem}")
    return bundle


def read_bundle(table: Table) -> Bundle:
    bundle = Bundle(
        key=table.text("key", pattern=KEY.pattern),
        name=table.words("name"),
        summary=table.words("summary"),
        life_event=table.one_of("life_event", LIFE_EVENTS),
        certainty=table.one_of("certainty", CERTAINTIES),
        steps=tuple(map(read_step, table.tables("steps", at_least=2))),
    )
    table.close()
    return bundle


def read_step(table: Table) -> Step:
    step = Step(
        service=table.text("service", pattern=CODE),
        why=table.words("why"),
        carries_over=table.words("carries_over", None),
        only_some=table.flag("only_some", False),
    )
    table.close()
    return step
