"""What happens after a move has been committed. Rooms subscribe; the outbox delivers."""

from collections import defaultdict
from dataclasses import dataclass

_subscribers = defaultdict(list)
_by_name = {}


@dataclass(frozen=True)
class Event:
    """A committed move, as a follow-up sees it."""

    label: str
    instance_id: int
    transition: str
    sequence: int
    details: dict


def after(model_label, transition):
    """Subscribe a function ``(event)`` to one transition of one machine, or to ``"*"``: every one.

    It runs from the outbox in a transaction of its own, together with the mark that it has run: its effect in the
    database happens exactly once, a call to the outside world at least once.
    """

    def register(function):
        name = f"{function.__module__}.{function.__name__}"
        if name in _by_name and _by_name[name].__code__ is not function.__code__:
            raise ValueError(f"Two follow-ups are called {name}.")
        _by_name[name] = function
        _subscribers[model_label, transition].append(name)
        return function

    return register


def subscribers_of(model_label, transition):
    """Names of the follow-ups that want to hear of this transition."""
    return [
        *_subscribers.get((model_label, transition), ()),
        *_subscribers.get((model_label, "*"), ()),
    ]


def follow_up(name):
    """The subscribed function called ``name``. Raises ``KeyError`` for one that no longer exists."""
    return _by_name[name]
