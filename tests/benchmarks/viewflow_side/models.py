from viewflow import jsonstore
from viewflow.workflow.models import Process


class Dossier(Process):
    """A dossier as a viewflow process, its facts where viewflow's own documentation puts them: in one JSON column."""

    service = jsonstore.CharField(max_length=20)
    applicant_name = jsonstore.CharField(max_length=200)
    answers = jsonstore.JSONField(default=dict)
    code = jsonstore.CharField(max_length=40)
    received_at = jsonstore.DateTimeField(null=True)
    due_at = jsonstore.DateTimeField(null=True)
    fee = jsonstore.IntegerField(null=True)
    gateway_number = jsonstore.CharField(max_length=30, null=True)
    outcome = jsonstore.CharField(max_length=10, null=True)
    statement = jsonstore.CharField(max_length=200, null=True)
    result = jsonstore.CharField(max_length=120, null=True)

    class Meta:
        proxy = True
