"""Pure decisions about dossiers: no database, no framework."""

from collections.abc import Collection, Iterable
from typing import Protocol, TypeVar


class Paper(Protocol):
    """What is known of a paper here: the key under which it is attached."""

    @property
    def key(self) -> str: ...


P = TypeVar("P", bound=Paper)


def missing_components(needed: Iterable[P], attached: Collection[str]) -> list[P]:
    """The needed papers of which nothing is attached, in the order of the service."""
    return [paper for paper in needed if paper.key not in attached]
