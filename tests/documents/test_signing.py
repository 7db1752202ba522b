"""Signatures: what they prove, and that nothing changed goes unnoticed."""

import random
from io import BytesIO

import pikepdf
import pypdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from portal.documents.certificates import agency_signer, trust_root
from portal.documents.signing import sign_pdf, verify_pdf
from portal.documents.typesetting import FORMS, typeset
from tests.documents.samples import SAMPLES, at

AGENCY = "Ủy ban nhân dân quận Hải Châu"
SIGNED_AT = at("2022-08-30 09:12")


@pytest.fixture(autouse=True, scope="module")
def authority(tmp_path_factory):
    """One demo authority for the module."""
    with pytest.MonkeyPatch.context() as patch:
        from django.conf import settings

        folder = tmp_path_factory.mktemp("certificates")
        patch.setattr(settings, "PORTAL_CERTIFICATES_DIR", folder, raising=False)
        patch.setattr(settings, "PORTAL_CERTIFICATES_PASSPHRASE", "đủ dài", raising=False)
        yield trust_root()


def signed(name="result", agency=AGENCY):
    return sign_pdf(
        typeset(name, SAMPLES[name]),
        signer=agency_signer("H17.01", agency),
        reason="Ký kết quả giải quyết",
        location="Đà Nẵng",
        at=SIGNED_AT,
    )


@pytest.fixture(scope="module")
def result(authority):
    return signed()


def test_a_signature_proves_who_and_when(result, authority):
    proof = verify_pdf(result, trust_root=authority)
    assert (proof.valid, proof.intact, proof.trusted) == (True, True, True)
    assert proof.signer == AGENCY
    assert proof.signed_at == SIGNED_AT


@pytest.mark.parametrize("name", FORMS)
def test_every_form_can_be_signed_and_stays_pdf_a(name, authority):
    pdf = signed(name)
    assert verify_pdf(pdf, trust_root=authority).valid
    with pikepdf.open(BytesIO(pdf)) as opened, opened.open_metadata() as meta:
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "B")
        assert opened.Root.Lang == "vi"
        assert opened.Root.MarkInfo.Marked


def test_the_signature_is_pades_invisible_and_printed_as_pdf_a_asks(result):
    reader = pypdf.PdfReader(BytesIO(result))
    (widget,) = [entry.get_object() for entry in reader.pages[0]["/Annots"]]
    assert widget["/Rect"] == [0, 0, 0, 0]
    assert widget["/F"] & 4  # print flag
    assert widget["/V"]["/SubFilter"] == "/ETSI.CAdES.detached"
    assert widget["/V"]["/Reason"] == "Ký kết quả giải quyết"
    assert widget["/V"]["/Location"] == "Đà Nẵng"
    start, first, second, last = widget["/V"]["/ByteRange"]
    assert (start, second + last) == (0, len(result))
    assert first < second


def test_the_text_reads_the_same_after_signing(result):
    before = pypdf.PdfReader(BytesIO(typeset("result", SAMPLES["result"])))
    after = pypdf.PdfReader(BytesIO(result))
    assert [p.extract_text() for p in after.pages] == [p.extract_text() for p in before.pages]


def flipped(pdf, places, seed):
    chance = random.Random(seed)
    for place in places:
        changed = bytearray(pdf)
        changed[place] ^= 1 << chance.randrange(8)
        yield place, bytes(changed)


def signed_places(pdf):
    (widget,) = pypdf.PdfReader(BytesIO(pdf)).pages[0]["/Annots"]
    _, first, second, last = widget.get_object()["/V"]["/ByteRange"]
    return [*range(first), *range(second, second + last)]


def assert_every_flip_is_noticed(pdf, authority, count, seed):
    places = signed_places(pdf)
    # The end holds the signature dictionary, the tables and the trailer: looked at more closely.
    chosen = random.Random(seed).sample(places, count * 3 // 4)
    chosen += random.Random(seed + 1).sample(places[-6000:], count // 4)
    unnoticed = [
        place
        for place, changed in flipped(pdf, chosen, seed)
        if (proof := verify_pdf(changed, trust_root=authority)).intact or proof.valid
    ]
    assert unnoticed == []


def test_any_flipped_bit_is_noticed(result, authority):
    assert_every_flip_is_noticed(result, authority, count=60, seed=20220830)


@pytest.mark.slow
def test_any_of_many_flipped_bits_is_noticed(authority):
    for number, name in enumerate(FORMS):
        assert_every_flip_is_noticed(signed(name), authority, count=800, seed=number)


def test_a_forged_signature_value_is_not_valid(result, authority):
    start = result.index(b"/Contents <") + len(b"/Contents <")
    changed = bytearray(result)
    # The last digits of the signature itself, before the padding.
    end = start + len(result[start:].split(b">", 1)[0].rstrip(b"0"))
    changed[end - 8 : end - 4] = b"0f0f" if changed[end - 8 : end - 4] != b"0f0f" else b"f0f0"
    assert not verify_pdf(bytes(changed), trust_root=authority).valid


def test_something_added_after_signing_is_noticed(result, authority):
    assert not verify_pdf(result + b"\n% more\n", trust_root=authority).valid
    writer = IncrementalPdfFileWriter(BytesIO(result))
    writer.root["/Extra"] = writer.add_object(writer.root["/Lang"])
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    proof = verify_pdf(out.getvalue(), trust_root=authority)
    assert (proof.valid, proof.intact) == (False, False)


def test_a_file_cut_short_is_noticed(result, authority):
    for part in (10, 1000, len(result) // 2, len(result) - 1):
        assert not verify_pdf(result[:part], trust_root=authority).valid


@pytest.mark.parametrize("content", [b"", b"no PDF", b"%PDF-1.7\n%%EOF\n"])
def test_what_is_no_pdf_proves_nothing(content, authority):
    proof = verify_pdf(content, trust_root=authority)
    assert (proof.valid, proof.intact, proof.signer, proof.signed_at) == (False, False, "", None)


def test_an_unsigned_document_proves_nothing(authority):
    pdf = typeset("result", SAMPLES["result"])
    assert not verify_pdf(pdf, trust_root=authority).valid


def test_a_second_signature_is_not_what_the_portal_made(result, authority):
    from pyhanko.sign import PdfSignatureMetadata
    from pyhanko.sign.signers import sign_pdf as sign_again

    twice = sign_again(
        IncrementalPdfFileWriter(BytesIO(result)),
        PdfSignatureMetadata(field_name="Another", md_algorithm="sha256"),
        signer=agency_signer("H17.02", "Cơ quan khác"),
    ).getvalue()
    assert not verify_pdf(twice, trust_root=authority).valid


def test_a_signature_of_another_authority_is_intact_but_not_trusted(result, settings, tmp_path):
    settings.PORTAL_CERTIFICATES_DIR = tmp_path
    proof = verify_pdf(result, trust_root=trust_root())
    assert (proof.valid, proof.intact, proof.trusted) == (False, True, False)


def test_the_longest_names_fit(authority):
    agency = "Ẩ" * 200
    pdf = sign_pdf(
        typeset("form03", SAMPLES["form03"]),
        signer=agency_signer("000.00.53.H48", agency),
        reason="Ệ" * 500,
        location="Ệ" * 500,
        at=SIGNED_AT,
    )
    proof = verify_pdf(pdf, trust_root=authority)
    assert proof.valid
    assert proof.signer == agency


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        sign_pdf(
            b"",
            signer=agency_signer("A", "B"),
            reason="",
            location="",
            at=SIGNED_AT.replace(tzinfo=None),
        )
