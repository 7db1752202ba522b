from django.urls import path

from portal.metrics import views

app_name = "metrics"
urlpatterns = [
    path("", views.home, name="home"),
    path("method/", views.method, name="method"),
    path("list/<str:code>/<str:side>/", views.listing, name="list"),
    path("agencies.csv", views.agencies_csv, name="agencies_csv"),
    path("months.csv", views.months_csv, name="months_csv"),
    path("<str:code>/", views.agency, name="agency"),
]
