"""What is taken, what is refused, and that each refusal names the reason."""

import hashlib
from io import BytesIO

import pikepdf
import pytest

from portal.documents import errors
from portal.documents.uploads import check_upload, clean_name
from portal.errors import PortalError
from tests.documents import corpus

LIMIT = 10 * 1024 * 1024


def check(content, name="giấy tờ.pdf", max_bytes=LIMIT):
    return check_upload(content, name=name, max_bytes=max_bytes)


def refusal(content, name="giấy tờ.pdf", max_bytes=LIMIT):
    with pytest.raises(errors.UploadRefused) as caught:
        check(content, name, max_bytes)
    assert isinstance(caught.value, PortalError)
    assert caught.value.fields["name"] in str(caught.value)
    return caught.value


def test_a_pdf_is_taken():
    content = corpus.pdf(pages=3)
    checked = check(content)
    assert (checked.kind, checked.pages, checked.width) == ("pdf", 3, None)
    assert (checked.size, checked.content) == (len(content), content)
    assert checked.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("kind", "name", "saving"),
    [
        ("jpeg", "ảnh.jpg", {}),
        ("jpeg", "ảnh.JPEG", {"progressive": True}),
        ("png", "ảnh.png", {}),
    ],
)
def test_a_picture_is_taken(kind, name, saving):
    checked = check(corpus.picture(kind, (320, 200), **saving), name)
    assert (checked.kind, checked.name, checked.pages) == (kind, name, None)
    assert (checked.width, checked.height) == (320, 200)


def test_a_picture_with_a_second_one_behind_it_is_taken():
    """Phones append data to a JPEG; the picture itself is whole."""
    assert check(corpus.picture("jpeg") + b"\0" * 5000, "a.jpg").kind == "jpeg"


def test_a_file_object_is_read_no_further_than_the_limit():
    stream = BytesIO(b"%PDF-" + b"x" * 10_000)
    with pytest.raises(errors.FileTooLarge):
        check_upload(stream, name="a.pdf", max_bytes=100)
    assert stream.tell() == 101


def test_exactly_the_limit_is_taken_and_one_byte_more_is_not():
    content = corpus.pdf()
    assert check(content, max_bytes=len(content)).size == len(content)
    assert isinstance(refusal(content, max_bytes=len(content) - 1), errors.FileTooLarge)


def test_too_large_says_the_limit():
    refused = refusal(b"%PDF-" + b"x" * LIMIT)
    assert refused.status == 413
    assert refused.fields["limit"] == 10
    assert "10 MB" in str(refused)


@pytest.mark.parametrize("change", corpus.ACTIVE_PDFS)
def test_an_active_pdf_is_refused(change):
    refused = refusal(corpus.pdf(corpus.ACTIVE_PDFS[change]))
    assert isinstance(refused, errors.PdfActive)
    assert str(refused.fields["found"]) in str(refused)


@pytest.mark.parametrize("change", corpus.ACTIVE_PDFS)
def test_an_active_pdf_is_refused_when_packed(change):
    packed = corpus.pdf(
        corpus.ACTIVE_PDFS[change], object_stream_mode=pikepdf.ObjectStreamMode.generate
    )
    assert isinstance(refusal(packed), errors.PdfActive)


def test_a_disguised_name_does_not_hide_a_script():
    plain = corpus.pdf(corpus.with_script_in_open_action)
    disguised = plain.replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/#4AS")
    assert disguised != plain
    assert isinstance(refusal(disguised), errors.PdfActive)


@pytest.mark.parametrize("change", corpus.HARMLESS_PDFS)
def test_what_only_looks_active_is_taken(change):
    assert check(corpus.pdf(corpus.HARMLESS_PDFS[change])).pages == 2


@pytest.mark.parametrize(("user", "owner"), [("secret", "secret"), ("", "secret")])
def test_an_encrypted_pdf_is_refused(user, owner):
    locked = corpus.pdf(encryption=pikepdf.Encryption(user=user, owner=owner))
    assert isinstance(refusal(locked), errors.PdfLocked)


def test_a_script_in_an_object_stream_is_found():
    assert isinstance(refusal(corpus.hidden_script()), errors.PdfActive)


@pytest.mark.parametrize("hiding", [{"padding": 80 * 1024 * 1024}, {"layers": 5}])
def test_a_script_that_we_do_not_unpack_is_not_let_through(hiding):
    bomb = corpus.hidden_script(**hiding)
    assert len(bomb) < 200_000
    assert isinstance(refusal(bomb), errors.PdfTooComplex)
    assert check(corpus.pdf()).pages == 2  # the next one is not held guilty


def test_too_many_pages_are_refused():
    assert isinstance(refusal(corpus.pdf(pages=501)), errors.PdfTooComplex)
    assert check(corpus.pdf(pages=500)).pages == 500


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", errors.FileIsEmpty),
        (b"%", errors.FileTypeRefused),
        (b"<!doctype html><script>alert(1)</script>", errors.FileTypeRefused),
        (b"\xef\xbb\xbf<html></html>", errors.FileTypeRefused),
        (b"<html>\n%PDF-1.7\n", errors.FileTypeRefused),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', errors.FileTypeRefused),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", errors.FileTypeRefused),
        (b"PK\x03\x04 a zip, or a Word file", errors.FileTypeRefused),
        (b"MZ\x90\x00", errors.FileTypeRefused),
        (b"%PDF-1.7 and then nothing", errors.FileDamaged),
        (b"%PDF-1.7\n<html></html>\n%%EOF\n", errors.FileDamaged),
        (b"\xff\xd8\xff\xe0 not a picture", errors.FileDamaged),
        (b"\x89PNG\r\n\x1a\n not a picture", errors.FileDamaged),
    ],
)
@pytest.mark.parametrize("name", ["đơn.pdf", "ảnh.jpg", "ảnh.png"])
def test_what_is_none_of_the_three_is_refused_whatever_its_name(content, kind, name):
    assert type(refusal(content, name)) is kind


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("kind", ["png", "jpeg", "pdf"])
def test_a_truncated_file_is_refused(kind, part):
    whole = corpus.pdf() if kind == "pdf" else corpus.picture(kind)
    assert isinstance(refusal(whole[: int(len(whole) * part)]), errors.FileDamaged)


def test_a_png_with_a_changed_byte_is_refused():
    content = bytearray(corpus.picture("png"))
    content[len(content) // 2] ^= 1
    assert isinstance(refusal(bytes(content)), errors.FileDamaged)


def test_a_pixel_bomb_is_refused_from_its_header():
    refused = refusal(corpus.huge_png(), "a.png")
    assert isinstance(refused, errors.PictureTooLarge)
    assert (refused.fields["width"], refused.fields["height"]) == (100_000, 100_000)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("đơn.pdf", "đơn.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("C:\\x.pdf", "x.pdf"),
        ("x.pdf.exe", "x.pdf.exe.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie_ b.pdf"),
        ("a\x00.pdf", "a.pdf"),
        ('"><script>.pdf', "___script_.pdf"),
        ("con.pdf", "_con.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        ("ảnh 😀.PDF", "ảnh 😀.PDF"),
        ("e\u0302\u0301.pdf", "ế.pdf"),
        ("x" * 4096 + ".pdf", "x" * 116 + ".pdf"),
        ("ảnh.png", "ảnh.png.pdf"),
        ("trailing. .", "trailing.pdf"),
    ],
)
def test_odd_names_become_plain_ones(given, shown):
    assert check(corpus.pdf(), given).name == shown


def test_a_cleaned_name_is_clean():
    for name in ("a/b", "con", "x" * 500, "đơn: số 1?.pdf"):
        assert clean_name(clean_name(name)) == clean_name(name)
