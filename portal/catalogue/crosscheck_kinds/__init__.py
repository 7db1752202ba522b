"""The kinds of rules between answers. Importing this package registers them all."""

from portal.catalogue.crosscheck_kinds import dates, figures, people  # noqa: F401
