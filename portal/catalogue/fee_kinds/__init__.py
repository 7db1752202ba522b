"""The kinds of fees. Importing this package registers them all."""

from portal.catalogue.fee_kinds import counted, decided, fixed, pages  # noqa: F401
