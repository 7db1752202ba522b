from django.contrib import admin
from django.urls import path

from portal.metrics import my_unit, views
from portal.metrics.blocks import MINISTRIES, PROVINCES
from portal.metrics.compared import views as compared
from portal.metrics.scorecard import views as scorecard
from portal.metrics.un import views as un

app_name = "metrics"
urlpatterns = [
    path("", views.home, name="home"),
    path("ministries/", views.kind, {"block": MINISTRIES}, name="ministries"),
    path("provinces/", views.kind, {"block": PROVINCES}, name="provinces"),
    path("method/", views.method, name="method"),
    path("list/<str:code>/<str:side>/", views.listing, name="list"),
    path("agencies.csv", views.agencies_csv, name="agencies_csv"),
    path("months.csv", views.months_csv, name="months_csv"),
    path("comparison/", compared.compare, name="comparison"),
    path("comparison.csv", compared.compare_csv, name="comparison_csv"),
    path("targets/", compared.targets, name="targets"),
    path("targets.csv", compared.targets_csv, name="targets_csv"),
    path("league/<slug:kind>/", compared.ranked, name="league"),
    path("league/<slug:kind>.csv", compared.ranked_csv, name="league_csv"),
    path("map/", compared.mapped, name="map"),
    path("scorecard/", scorecard.index, name="scorecards"),
    path("scorecards.csv", scorecard.index_csv, name="scorecards_csv"),
    path("scorecard/<str:code>/", scorecard.card, name="scorecard"),
    path("scorecard/<str:code>.csv", scorecard.card_csv, name="scorecard_csv"),
    path("scorecard/<str:code>/at-hand/<slug:key>/", scorecard.at_hand, name="at_hand"),
    path("un/", un.un, name="un"),
    path("un.csv", un.un_csv, name="un_csv"),
    path("my-unit/", admin.site.admin_view(my_unit.page), name="my_unit"),
    path("<str:code>/", views.agency, name="agency"),
]
