from django.urls import path

from portal.catalogue import addresses, preview, views  # noqa: F401  (addresses registers <service_code:…>)
from portal.catalogue.finding import views as finding

app_name = "catalogue"

urlpatterns = [
    path("", finding.find, name="search"),
    path("suggest/", finding.suggest, name="suggest"),
    path("places/<slug:kind>/", views.places, name="places"),
    path("preview/<int:pk>/", preview.page, name="preview"),
    path("preview/<int:pk>/<slug:key>/", preview.step, name="preview_step"),
    path("<service_code:code>/", views.service, name="service"),
    path("<service_code:code>/start/", views.start, name="start"),
]
