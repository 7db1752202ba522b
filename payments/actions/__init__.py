"""The verbs of payment: start, absorb what the gateway says, ask it, take cash, decide by hand, give back."""

from payments.actions.asking import ask_gateway, look_at_gateway, set_aside, state_at_gateway
from payments.actions.capturing import absorb, capture, lock_for_money, settle
from payments.actions.cash import TAKES_CASH, receive_cash
from payments.actions.deciding import confirm_decision, propose_decision
from payments.actions.refunding import (
    approve_refund,
    give_up_refund,
    left_to_give_back,
    pay_out,
    reject_refund,
    request_again,
    request_refund,
)
from payments.actions.sending import send_refund
from payments.actions.starting import gateway_config, start, start_qr

__all__ = [
    "TAKES_CASH",
    "absorb",
    "approve_refund",
    "ask_gateway",
    "capture",
    "confirm_decision",
    "gateway_config",
    "give_up_refund",
    "left_to_give_back",
    "lock_for_money",
    "look_at_gateway",
    "pay_out",
    "propose_decision",
    "receive_cash",
    "reject_refund",
    "request_again",
    "request_refund",
    "send_refund",
    "set_aside",
    "settle",
    "start",
    "start_qr",
    "state_at_gateway",
]
