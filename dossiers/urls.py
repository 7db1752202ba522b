from django.urls import path

from dossiers.views import (
    acts,
    documents,
    mine,
    rating,
    sending,
    starting,
    supplement,
    withdrawal,
    wizard,
)
from portal.catalogue import addresses  # noqa: F401  (registers <service_code:…>)

app_name = "dossiers"

dossier = "<uuid:public_id>/"

urlpatterns = [
    path("", mine.mine, name="list"),
    path("start/<service_code:code>/", starting.start, name="start"),
    path(dossier, mine.detail, name="detail"),
    path(f"{dossier}form/", wizard.tasks, name="tasks"),
    path(f"{dossier}form/<slug:step>/", wizard.step, name="step"),
    path(f"{dossier}applicant/", wizard.applicant, name="applicant"),
    path(f"{dossier}delivery/", wizard.delivery, name="delivery"),
    path(f"{dossier}documents/", documents.documents, name="documents"),
    path(f"{dossier}documents/<uuid:document>/", documents.download, name="document"),
    path(f"{dossier}documents/<uuid:document>/remove/", documents.remove, name="remove"),
    path(f"{dossier}check/", sending.check, name="check"),
    path(f"{dossier}submit/", sending.submit, name="submit"),
    path(f"{dossier}sent/", sending.sent, name="sent"),
    path(f"{dossier}receipt/", documents.receipt, name="receipt"),
    path(f"{dossier}discard/", sending.discard, name="discard"),
    path(f"{dossier}supply/", supplement.supply, name="supply"),
    path(f"{dossier}supply/send/", supplement.send, name="supply_send"),
    path(f"{dossier}withdraw/", withdrawal.withdraw, name="withdraw"),
    path(f"{dossier}result/", documents.result, name="result"),
    path(f"{dossier}rate/", rating.rate, name="rate"),
    path(f"{dossier}act/<slug:name>/", acts.act, name="act"),
]
