"""The question types of the catalogue. Importing this package registers them all."""

from portal.catalogue.question_types import (  # noqa: F401
    choices,
    consent,
    dates,
    files,
    identifiers,
    identity,
    lines,
    names,
    numbers,
    people,
    places,
    repeating,
    texts,
)
