from django.urls import path

from payments import views

app_name = "payments"

urlpatterns = [
    path("<uuid:public_id>/", views.pay, name="pay"),
    path("<uuid:public_id>/start/", views.start, name="start"),
    path("return/<uuid:public_id>/", views.come_back, name="return"),
    path("ipn/", views.notice, name="ipn"),
]
