"""What the gateway tells us is believed only byte by byte as it was signed."""

import random
from datetime import datetime

import pytest

from payments.protocol.messages import BadSignature, GatewayError, Malformed, Notice
from payments.protocol.vnpay import verify_notice, verify_return
from payments.protocol.wire import GMT7
from payments.sandbox import signing

SECRET = "A-SECRET-FOR-TESTS-ONLY-0123456789"
SUCCESS = {
    "vnp_TmnCode": "MOTCUA01",
    "vnp_Amount": "7500000",
    "vnp_BankCode": "NCB",
    "vnp_BankTranNo": "VNP14000001",
    "vnp_CardType": "ATM",
    "vnp_OrderInfo": "Le phi ho so H17.01-220830-0001",
    "vnp_PayDate": "20261122143205",
    "vnp_ResponseCode": "00",
    "vnp_TransactionNo": "14000001",
    "vnp_TransactionStatus": "00",
    "vnp_TxnRef": "MC-220830-77120",
}


def query(**changes) -> str:
    """A notice signed by the gateway's own code, which shares nothing with ours."""
    return signing.signed_query({**SUCCESS, **changes}, secret=SECRET)


def test_a_notice_of_success_is_read():
    assert verify_notice(query(), secret=SECRET) == Notice(
        tmn_code="MOTCUA01",
        txn_ref="MC-220830-77120",
        amount_vnd=75_000,
        gateway_number="14000001",
        response_code="00",
        transaction_status="00",
        bank_code="NCB",
        pay_date=datetime(2026, 11, 22, 14, 32, 5, tzinfo=GMT7),
    )
    assert verify_return(query(), secret=SECRET).is_success


@pytest.mark.parametrize(
    ("response_code", "transaction_status", "is_success"),
    [("00", "00", True), ("00", "02", False), ("07", "00", False), ("07", "07", False)],
)
def test_success_is_both_codes(response_code, transaction_status, is_success):
    raw = query(vnp_ResponseCode=response_code, vnp_TransactionStatus=transaction_status)

    assert verify_notice(raw, secret=SECRET).is_success is is_success


def test_the_order_of_the_parameters_does_not_matter():
    parts = query().split("&")

    assert verify_notice("&".join(reversed(parts)), secret=SECRET).is_success


def test_parameters_we_do_not_know_are_signed_like_the_others():
    raw = query(vnp_PromotionCode="TET2027")
    assert verify_notice(raw, secret=SECRET).is_success

    with pytest.raises(BadSignature):
        verify_notice(raw.replace("TET2027", "TET2028"), secret=SECRET)


def test_another_secret_is_refused():
    with pytest.raises(BadSignature):
        verify_notice(query(), secret="another")


def mutations(raw: str, count: int):
    """``count`` different texts made from a good notice, all of them saying something else."""
    dice = random.Random(20261122)
    parts = raw.split("&")
    hash_at = next(i for i, part in enumerate(parts) if part.startswith("vnp_SecureHash="))

    def at_random(change):
        i = dice.randrange(len(parts))
        return "&".join([*parts[:i], *change(parts[i]), *parts[i + 1 :]])

    def flip_bit():
        i = dice.randrange(len(raw))
        return raw[:i] + chr(ord(raw[i]) ^ (1 << dice.randrange(7))) + raw[i + 1 :]

    def flip_two():
        i = dice.randrange(len(raw) - 1)
        return raw[:i] + raw[i + 1] + raw[i] + raw[i + 2 :]

    def cut():
        return raw[: dice.randrange(len(raw))]

    def insert():
        i = dice.randrange(len(raw) + 1)
        return raw[:i] + dice.choice("0aZ%&=+;é\x00\ud800\u200b ") + raw[i:]

    def drop():
        return at_random(lambda part: [])

    def double():
        return at_random(lambda part: [part, part])

    def double_with_another_value():
        return at_random(lambda part: [part, part.partition("=")[0] + f"={dice.randrange(10**6)}"])

    def recase_key():
        return at_random(lambda part: [part.partition("=")[0].swapcase() + part[part.find("=") :]])

    def recase_value():
        return at_random(lambda part: [part.partition("=")[0] + part[part.find("=") :].swapcase()])

    def array():
        suffix = dice.choice(["[]", "[0]", "%5B%5D", ".x"])
        return at_random(lambda part: [part.replace("=", f"{suffix}=", 1)])

    def empty():
        return at_random(lambda part: [part.partition("=")[0] + "="])

    def encode_letter():
        i = dice.choice([i for i, letter in enumerate(raw) if letter.isalnum()])
        return f"{raw[:i]}%{ord(raw[i]):02X}{raw[i + 1 :]}"

    def swap_values():
        i, j = dice.sample(range(len(parts)), 2)
        (a, _, x), (b, _, y) = parts[i].partition("="), parts[j].partition("=")
        return "&".join(
            f"{a}={y}" if k == i else f"{b}={x}" if k == j else part for k, part in enumerate(parts)
        )

    def other_hash():
        odd = ["", "0" * 128, "é" * 128, "%C3%A9" * 64, "\udcff", "x" * 100_000, "null", "0x00"]
        changed = [*parts]
        changed[hash_at] = f"vnp_SecureHash={dice.choice(odd)}{dice.randrange(10**9)}"
        return "&".join(changed)

    def foreign():
        extra = dice.choice(["", "=", "utm=1", "vnp_X=", "vnp_X=1", "vnp_Amount%00=1", "a" * 5000])
        i = dice.randrange(len(parts) + 1)
        return "&".join([*parts[:i], extra, *parts[i:]])

    kinds = [flip_bit, flip_two, cut, insert, drop, double, double_with_another_value, recase_key]
    kinds += [recase_value, array, empty, encode_letter, swap_values, other_hash, foreign]
    seen = {raw}
    same_meaning = {frozenset(parts)}
    for kind in dice.choices(kinds, k=count * 4):
        text = kind()
        if text in seen or (
            frozenset(text.split("&")) in same_meaning and len(text.split("&")) == len(parts)
        ):
            continue
        seen.add(text)
        yield text
        if len(seen) > count:
            return
    raise AssertionError(f"only {len(seen) - 1} different mutations")


def test_no_mutated_notice_is_believed():
    refused = 0
    for text in mutations(query(), 2_500):
        with pytest.raises((BadSignature, Malformed)):
            verify_notice(text, secret=SECRET)
        refused += 1
    assert refused == 2_500


@pytest.mark.slow
def test_no_mutated_notice_is_believed_however_many_there_are():
    believed = []
    for response_code, amount in (("00", "7500000"), ("24", "100"), ("00", "999999999900")):
        raw = query(vnp_ResponseCode=response_code, vnp_Amount=amount)
        for text in mutations(raw, 3_400):
            try:
                verify_notice(text, secret=SECRET)
            except GatewayError:
                continue
            believed.append(text)
    assert believed == []


@pytest.mark.parametrize(
    "changes",
    [
        {"vnp_Amount": "0"},
        {"vnp_Amount": "7500050"},
        {"vnp_Amount": "-7500000"},
        {"vnp_Amount": "7500000.00"},
        {"vnp_Amount": "07500000"},
        {"vnp_Amount": "1000000000000"},
        {"vnp_Amount": "７５０００００"},
        {"vnp_Amount": ""},
        {"vnp_TmnCode": "short"},
        {"vnp_TxnRef": "x" * 101},
        {"vnp_TxnRef": "a/b"},
        {"vnp_TransactionNo": "x"},
        {"vnp_ResponseCode": "0"},
        {"vnp_ResponseCode": "000"},
        {"vnp_TransactionStatus": ""},
        {"vnp_BankCode": "N"},
        {"vnp_PayDate": "20260231000000"},
        {"vnp_PayDate": "2026"},
    ],
)
def test_even_a_well_signed_notice_must_be_readable(changes):
    with pytest.raises(Malformed):
        verify_notice(query(**changes), secret=SECRET)


def test_optional_parameters_may_be_missing():
    raw = query(vnp_BankTranNo="", vnp_CardType="", vnp_PayDate="", vnp_TransactionNo="0")

    notice = verify_notice(raw, secret=SECRET)

    assert (notice.pay_date, notice.gateway_number) == (None, "0")


def test_another_kind_of_signature_is_refused():
    with pytest.raises(BadSignature):
        verify_notice(f"{query()}&vnp_SecureHashType=SHA256", secret=SECRET)
    assert verify_notice(f"{query()}&vnp_SecureHashType=HMACSHA512", secret=SECRET).is_success
