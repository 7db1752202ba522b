"""Pure decisions about dossiers: no database, no framework."""


def missing_components(needed, attached):
    """The needed papers of which nothing is attached, in the order of the service."""
    return [paper for paper in needed if paper.key not in attached]


def code_matches(code, unit_code, day, number):
    """Whether ``code`` is the official code of this unit, day and number."""
    return code == f"{unit_code}-{day:%y%m%d}-{number:04d}"
