from django.urls import path

from payments.views import history, notices, paying, verifying
from portal import slots

app_name = "payments"

urlpatterns = [
    path("<uuid:public_id>/", paying.pay, name="pay"),
    path("<uuid:public_id>/start/", paying.start, name="start"),
    path("<uuid:public_id>/history/", history.history, name="history"),
    path("<uuid:public_id>/refund/", history.ask_for_refund, name="ask_for_refund"),
    path("return/<uuid:public_id>/", paying.come_back, name="return"),
    path("<uuid:public_id>/qr/", paying.start_qr, name="qr"),
    path("platform/confirm/", notices.confirmation, name="confirmation"),
    path("ipn/", notices.notice, name="ipn"),
    path("receipts/", verifying.verify, name="verify"),
    path("receipts/<uuid:public_id>/", history.receipt, name="receipt"),
]

slots.fill("dossier.payments", history.on_dossier_page)
