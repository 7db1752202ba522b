"""How the code of a service stands in an address."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class ServiceCodeConverter(StringConverter):
    """``1.001193``, ``MOIT-CO-D``: what else is typed there is the address of nothing."""

    regex = r"[0-9A-Za-z][0-9A-Za-z.\-]{0,29}"


register_converter(ServiceCodeConverter, "service_code")
