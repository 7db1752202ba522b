"""The question types of the catalogue. Importing this package registers them all."""

from portal.catalogue.question_types import (  # noqa: F401
    choices,
    consent,
    dates,
    identifiers,
    identity,
    lines,
    names,
    numbers,
    places,
    texts,
)
