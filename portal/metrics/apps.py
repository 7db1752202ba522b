from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal import slots


class MetricsConfig(AppConfig):
    name = "portal.metrics"
    label = "metrics"
    verbose_name = _("Official metrics")

    def ready(self):
        """Register what moves count, every definition (a code claimed twice stops the start), and what fills places."""
        import_module("portal.metrics.counting")
        import_module("portal.metrics.registry").load_definitions()
        slots.fill("catalogue.service", import_module("portal.metrics.on_service_page").times)
        slots.fill("desk.home", import_module("portal.metrics.my_unit").link)
        slots.fill("home.figures", import_module("portal.metrics.headline").headline)
