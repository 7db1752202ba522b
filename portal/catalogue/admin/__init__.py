"""The catalogue at the desk: services and their versions, published by two people; who offers what since when."""

from portal.catalogue.admin import offerings, reasons, services, versions  # noqa: F401  (register)
