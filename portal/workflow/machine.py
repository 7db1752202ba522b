"""Reading a machine as its model declares it: edges, offered transitions, drawing."""

from dataclasses import dataclass
from functools import cache

from django_fsm import FSMFieldMixin


@dataclass(frozen=True, order=True)
class Edge:
    """One arrow of the drawn graph. An act that changes no state has ``source == target``."""

    transition: str
    source: str
    target: str


def state_field(model):
    """The one FSM field of ``model``."""
    return next(field for field in model._meta.concrete_fields if isinstance(field, FSMFieldMixin))


@cache
def declared(model):
    """Every transition of ``model`` by name: ``{name: FSMMeta}``."""
    methods = state_field(model).transitions[model]
    return {name: method._django_fsm for name, method in methods.items()}


def declared_transition(model, name, source):
    """The transition called ``name`` that leaves ``source``, or ``None``: never a mere attribute of the model."""
    meta = declared(model).get(name)
    return meta and meta.transitions.get(str(source))


def edges(model):
    """All edges, sorted; a dynamic target contributes each state it may return."""
    return sorted(
        Edge(name, str(source), str(target))
        for name, meta in declared(model).items()
        for source, transition in meta.transitions.items()
        for target in targets(transition, source)
    )


def targets(transition, source):
    """The states in which ``transition`` may end."""
    if transition.target is None:
        return [source]
    return getattr(transition.target, "allowed_states", None) or [transition.target]


def drawing(model):
    """The machine as a Mermaid state diagram, the way ``docs/`` shows it."""
    arrows = {}
    for edge in edges(model):
        arrows.setdefault((edge.source, edge.target), []).append(edge.transition)
    lines = [
        f"    {source} --> {target}: {', '.join(names)}"
        for (source, target), names in arrows.items()
    ]
    return "\n".join(["stateDiagram-v2", *sorted(lines)]) + "\n"
