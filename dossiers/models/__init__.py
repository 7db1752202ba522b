from dossiers.models.attachments import Attachment
from dossiers.models.dossier import Dossier
from dossiers.models.history import DossierHistory
from dossiers.models.numbering import CodeCounter
from dossiers.models.processing import Proposal, Step
from dossiers.models.requests import PaymentRequest, SupplementRequest, WithdrawalRequest

__all__ = [
    "Attachment",
    "CodeCounter",
    "Dossier",
    "DossierHistory",
    "PaymentRequest",
    "Proposal",
    "Step",
    "SupplementRequest",
    "WithdrawalRequest",
]
