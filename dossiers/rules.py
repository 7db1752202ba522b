"""Pure decisions about dossiers: no database, no framework."""

from collections.abc import Collection, Iterable
from typing import Protocol, TypeVar


class Paper(Protocol):
    """What is known of a paper here: the key under which it is attached."""

    @property
    def key(self) -> str: ...


P = TypeVar("P", bound=Paper)


class Grant(Protocol):
    """What is known of an official's role here: which, and at which agency."""

    @property
    def role(self) -> str: ...

    @property
    def agency_id(self) -> int | None: ...


def missing_components(needed: Iterable[P], attached: Collection[str]) -> list[P]:
    """The needed papers of which nothing is attached, in the order of the service."""
    return [paper for paper in needed if paper.key not in attached]


def handles(grants: Iterable[Grant], *, role: str, agency_id: int) -> bool:
    """Whether somebody with these grants does the work of ``role`` at the agency."""
    return any(grant.role == role and grant.agency_id == agency_id for grant in grants)
