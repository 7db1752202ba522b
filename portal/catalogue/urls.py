from django.urls import path

from portal.catalogue import (
    addresses,  # noqa: F401  (registers <service_code:…>)
    level_views,
    preview,
    suitability_views,
    views,
)
from portal.catalogue.finding import views as finding

app_name = "catalogue"

urlpatterns = [
    path("", finding.find, name="search"),
    path("suggest/", finding.suggest, name="suggest"),
    path("places/<slug:kind>/", views.places, name="places"),
    path("preview/<int:pk>/", preview.page, name="preview"),
    path("preview/<int:pk>/<slug:key>/", preview.step, name="preview_step"),
    path("levels/", level_views.example, name="levels_example"),
    path("<service_code:code>/", views.service, name="service"),
    path("<service_code:code>/levels/", level_views.levels, name="levels"),
    path("<service_code:code>/suitable/", suitability_views.first, name="suitable"),
    path(
        "<service_code:code>/suitable/<slug:key>/", suitability_views.question, name="suitable_at"
    ),
    path(
        "<service_code:code>/suitable/<slug:key>/not-here/",
        suitability_views.leave,
        name="not_here",
    ),
    path("<service_code:code>/start/", views.start, name="start"),
]
