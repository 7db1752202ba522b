from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from portal import health, language_views
from portal.catalogue.finding import views as finding

urlpatterns = [
    path("", finding.home, name="home"),
    path("life/", include("portal.catalogue.finding.urls")),
    path("services/", include("portal.catalogue.urls")),
    path("services/", include("portal.documents.urls")),
    path("dossiers/", include("dossiers.urls")),
    path("pay/", include("payments.urls")),
    path("metrics/", include("portal.metrics.urls")),
    path("accounts/", include("allauth.urls")),
    path("language/", language_views.switch, name="language"),
    path("desk/", admin.site.urls),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("prometheus", health.prometheus, name="prometheus"),
]

if settings.PORTAL_DEMO:
    urlpatterns.append(path("demo/", include("portal.simulator.urls")))

handler400 = "portal.error_pages.bad_request"
handler403 = "portal.error_pages.permission_denied"
handler404 = "portal.error_pages.page_not_found"
handler500 = "portal.error_pages.server_error"
