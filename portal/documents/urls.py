"""The forms of the services, to be printed; below the address of each service."""

from django.urls import path

from portal.catalogue import addresses  # noqa: F401  (registers <service_code:…>)
from portal.documents import views

app_name = "forms"

urlpatterns = [
    path("<service_code:code>/form.pdf", views.form, name="blank"),
    path("<service_code:code>/form/", views.fill_in, name="fill_in"),
]
