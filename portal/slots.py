"""Places in pages. A page names a place; rooms above it fill the place at start-up, so nothing imports upwards.

``fill("desk.dossier.actions", cash_desk)`` is called once while the portal starts (from a room's ``admin``,
``urls`` or ``apps``); the page asks ``filled("desk.dossier.actions", request, dossier=dossier)``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

from django.http import HttpRequest

Filling = Callable[..., str | Iterable[str] | None]

_places: dict[str, list[Filling]] = defaultdict(list)


def fill(place: str, function: Filling) -> Filling:
    """Have ``function(request, **context)`` put HTML into ``place``: one safe string, several, or none.

    Filling a place twice with the same function is filling it once.
    """
    if function not in _places[place]:
        _places[place].append(function)
    return function


def filled(place: str, request: HttpRequest, **context) -> list[str]:
    """What stands in ``place`` on this page, in the order in which the rooms filled it."""
    found: list[str] = []
    for function in _places.get(place, ()):
        answer = function(request, **context)
        if isinstance(answer, str):
            found += [answer] if answer else []
        else:
            found += list(answer or ())
    return found
