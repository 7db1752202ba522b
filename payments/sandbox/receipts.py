"""Receipts of paid payments as PDF, for partners of the platform."""

import json
from pathlib import Path

import typst
from django.utils import timezone

from payments.sandbox.models import Transaction
from payments.sandbox.templatetags.money import grouped

TEMPLATE = Path(__file__).resolve().parent / "receipt.typ"


def pdf(payment: Transaction) -> bytes:
    """The receipt of a payment, with what the partner said about payer and fees."""
    block = payment.receipt
    lines = block.get("PhiLePhi") or [
        {"TenPhiLePhi": payment.order_info, "SoTien": payment.amount_vnd}
    ]
    told = {
        "number": str(payment.number),
        "partner": payment.merchant.name,
        "reference": payment.txn_ref,
        "paid_at": timezone.localtime(payment.ended_at).strftime("%H:%M:%S %d/%m/%Y"),
        "payer": _text(block, "HoTenNguoiNop"),
        "dossier": _text(block, "MaHoSo"),
        "agency": _text(block, "TenDonVi"),
        "purpose": _text(block, "NoiDungThanhToan") or payment.order_info,
        "lines": [
            {
                "name": str(line.get("TenPhiLePhi", "")) or payment.order_info,
                "amount": grouped(int(str(line["SoTien"]))),
            }
            for line in lines
        ],
        "total": grouped(payment.amount_vnd),
    }
    return typst.compile(TEMPLATE, format="pdf", sys_inputs={"receipt": json.dumps(told)})


def _text(block: dict, name: str) -> str:
    value = block.get(name, "")
    return value if isinstance(value, str) else ""
