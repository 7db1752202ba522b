from django.urls import path

from portal.catalogue import views

app_name = "catalogue"

urlpatterns = [
    path("", views.find, name="search"),
    path("<str:code>/", views.service, name="service"),
    path("<str:code>/start/", views.start, name="start"),
]
