"""What happens in a life: everything one event asks for, and what goes together in its order."""

from django.urls import path

from portal.catalogue.finding import views

app_name = "life"

urlpatterns = [
    path("event/<slug:event>/", views.life_event, name="event"),
    path("<slug:key>/", views.bundle, name="bundle"),
]
