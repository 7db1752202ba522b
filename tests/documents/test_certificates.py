"""The demo authority: made once, kept closed, says what it is."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID
from django.utils import timezone

from portal.documents import certificates
from portal.documents.certificates import CertificateFolder

AGENCY = ("H17.01", "Ủy ban nhân dân quận Hải Châu")


@pytest.fixture
def folder(tmp_path):
    return CertificateFolder(tmp_path / "chứng thư", "mật khẩu")


def names(certificate):
    return {attribute.oid: attribute.value for attribute in certificate.subject}


def test_an_agency_certificate_is_issued_by_the_authority(folder):
    agency, authority = folder.agency(*AGENCY), folder.authority()
    agency.certificate.verify_directly_issued_by(authority.certificate)
    shown = names(agency.certificate)
    assert shown[NameOID.COMMON_NAME] == AGENCY[1]
    assert shown[NameOID.SERIAL_NUMBER] == AGENCY[0]
    assert shown[NameOID.ORGANIZATION_NAME] == AGENCY[1]
    assert "Mô phỏng" in shown[NameOID.ORGANIZATIONAL_UNIT_NAME]
    assert "mô phỏng" in names(authority.certificate)[NameOID.COMMON_NAME]
    constraints = agency.certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert not constraints.value.ca
    usage = agency.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.content_commitment, usage.key_cert_sign) == (True, False)


def test_a_long_name_is_cut_in_the_common_name_only(folder):
    name = "Trung tâm Phục vụ hành chính công thành phố Đà Nẵng trực thuộc"
    shown = names(folder.agency("H17", name).certificate)
    assert shown[NameOID.ORGANIZATION_NAME] == name
    common = shown[NameOID.COMMON_NAME]
    assert common.endswith("…")
    assert name.startswith(common[:-1])
    assert 60 < len(common.encode()) <= 64


def test_a_second_call_reads_the_first_certificate(folder):
    first = folder.agency(*AGENCY)
    again = CertificateFolder(folder.path, folder.passphrase).agency(*AGENCY)
    assert again.certificate == first.certificate
    assert folder.agency("H17.02", AGENCY[1]).certificate != first.certificate


def test_a_renamed_agency_gets_a_new_certificate_and_the_old_one_stays(folder):
    old = folder.agency(*AGENCY).certificate
    new = folder.agency(AGENCY[0], "Ủy ban nhân dân phường Hải Châu").certificate
    assert new != old
    assert folder.agency(*AGENCY).certificate == old


def test_keys_are_closed_and_readable_by_their_owner_only(folder):
    folder.agency(*AGENCY)
    files = list(folder.path.glob("*.pem"))
    assert len(files) == 2
    for file in files:
        assert b"ENCRYPTED PRIVATE KEY" in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with pytest.raises(ValueError):
            serialization.load_pem_private_key(file.read_bytes(), b"wrong")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    with pytest.raises(ValueError):
        CertificateFolder(folder.path, "wrong").authority()


@pytest.mark.parametrize("code", ["", "../x", "a/b", ".", "H17 01", "x" * 65, "H17\n"])
def test_what_is_no_agency_code_is_refused(folder, code):
    with pytest.raises(ValueError, match="not an agency code"):
        folder.agency(code, "Tên")
    assert not folder.path.exists()


def test_a_certificate_near_its_end_is_renewed(folder, monkeypatch):
    old = folder.agency(*AGENCY).certificate
    end = old.not_valid_after_utc
    monkeypatch.setattr(timezone, "now", lambda: end - certificates.RENEW_BEFORE - timedelta(1))
    assert folder.agency(*AGENCY).certificate == old
    monkeypatch.setattr(timezone, "now", lambda: end - certificates.RENEW_BEFORE)
    renewed = folder.agency(*AGENCY).certificate
    assert renewed != old
    assert renewed.not_valid_after_utc > end
    renewed.verify_directly_issued_by(folder.authority().certificate)


def test_certificates_of_an_authority_that_is_gone_are_replaced(folder):
    old = folder.agency(*AGENCY).certificate
    (folder.path / "authority.pem").unlink()
    new = folder.agency(*AGENCY).certificate
    assert new != old
    new.verify_directly_issued_by(folder.authority().certificate)


def test_many_threads_get_one_certificate(folder):
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: folder.agency(*AGENCY).certificate, range(16)))
    assert len({certificate.serial_number for certificate in made}) == 1


def test_several_processes_get_one_certificate(folder):
    program = (
        "import sys; from pathlib import Path;"
        "from portal.documents.certificates import CertificateFolder;"
        "folder = CertificateFolder(Path(sys.argv[1]), 'mật khẩu');"
        "print(folder.agency('H17.01', sys.argv[2]).certificate.serial_number)"
    )
    setup = "from django.conf import settings; settings.configure(USE_TZ=True);"
    command = [sys.executable, "-c", setup + program, str(folder.path), AGENCY[1]]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    results = [process.communicate(timeout=60) for process in running]
    assert [error for _, error in results] == [""] * 3
    assert {shown.strip() for shown, _ in results} == {
        str(folder.agency(*AGENCY).certificate.serial_number)
    }
