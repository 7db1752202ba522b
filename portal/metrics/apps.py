from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal import slots


class MetricsConfig(AppConfig):
    name = "portal.metrics"
    label = "metrics"
    verbose_name = _("Official metrics")

    def ready(self):
        """Register what moves count, every definition (a code claimed twice stops the start), and the headline."""
        import_module("portal.metrics.counting")
        import_module("portal.metrics.registry").load_definitions()
        slots.fill("home.figures", import_module("portal.metrics.headline").headline)
