from django.urls import path

from portal.catalogue import addresses, views  # noqa: F401  (addresses registers <service_code:…>)

app_name = "catalogue"

urlpatterns = [
    path("", views.find, name="search"),
    path("places/<slug:kind>/", views.places, name="places"),
    path("<service_code:code>/", views.service, name="service"),
    path("<service_code:code>/start/", views.start, name="start"),
]
