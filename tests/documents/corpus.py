"""Files that people send, made in memory: good ones, and each kind that must be refused."""

import struct
import zlib
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image


def pdf(change=None, *, pages=2, **saving) -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    if change:
        change(document)
    out = BytesIO()
    document.save(out, **saving)
    return out.getvalue()


def picture(kind, size=(640, 480), **saving) -> bytes:
    out = BytesIO()
    # Noise, so that the file is long enough to be cut in the middle of its data.
    noise = bytes((7 * n * n + n) % 251 for n in range(size[0] * size[1] * 3))
    Image.frombytes("RGB", size, noise).save(out, kind, **saving)
    return out.getvalue()


def huge_png(width=100_000, height=100_000) -> bytes:
    """A few bytes that promise ten thousand million pixels."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def action(kind, **more):
    return Dictionary(Type=Name.Action, S=Name(f"/{kind}"), **more)


def annotate(document, annotation):
    annotation.Type, annotation.Rect = Name.Annot, Array([0, 0, 9, 9])
    document.pages[0].obj.Annots = Array([document.make_indirect(annotation)])


def with_script_names(document):
    document.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("a"), action("JavaScript", JS=String("1"))]))
    )


def with_script_in_open_action(document):
    document.Root.OpenAction = action("JavaScript", JS=String("app.alert(1)"))


def with_script_in_a_stream(document):
    document.Root.OpenAction = action("JavaScript", JS=Stream(document, b"app.alert(1)"))


def with_page_action(document):
    document.pages[1].obj.AA = Dictionary(O=action("URI", URI=String("http://x.example")))


def with_uri_on_opening(document):
    document.Root.OpenAction = action("URI", URI=String("http://x.example"))


def with_launch_link(document):
    annotate(document, Dictionary(Subtype=Name.Link, A=action("Launch", F=String("cmd.exe"))))


def with_chained_launch(document):
    chained = action("GoTo", D=Array([0, Name.Fit]), Next=Array([action("Launch", F=String("x"))]))
    annotate(document, Dictionary(Subtype=Name.Link, A=chained))


def with_remote_jump(document):
    annotate(document, Dictionary(Subtype=Name.Link, A=action("GoToR", F=String("\\\\host\\a"))))


def with_submit_link(document):
    annotate(document, Dictionary(Subtype=Name.Link, A=action("SubmitForm", F=String("http://x"))))


def with_embedded_file(document):
    document.attachments["a.exe"] = b"MZ"


def with_film(document):
    annotate(
        document,
        Dictionary(Subtype=Name.RichMedia, RichMediaContent=Dictionary(Assets=Dictionary())),
    )


def with_xfa(document):
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Stream(document, b"<xdp/>"))


ACTIVE_PDFS = {
    change.__name__: change
    for change in (
        with_script_names,
        with_script_in_open_action,
        with_script_in_a_stream,
        with_page_action,
        with_uri_on_opening,
        with_launch_link,
        with_chained_launch,
        with_remote_jump,
        with_submit_link,
        with_embedded_file,
        with_film,
        with_xfa,
    )
}


def opens_at_a_page(document):
    document.Root.OpenAction = Array([document.pages[0].obj, Name.Fit])


def goes_to_a_page(document):
    document.Root.OpenAction = action("GoTo", D=Array([document.pages[0].obj, Name.Fit]))


def has_a_web_link(document):
    annotate(
        document, Dictionary(Subtype=Name.Link, A=action("URI", URI=String("http://x.example")))
    )


def has_odd_resource_names(document):
    """Names of pictures and fonts that look like the keys of actions."""
    drawing = Stream(document, b"", Type=Name.XObject, Subtype=Name.Form)
    document.pages[0].obj.Resources = Dictionary(
        XObject=Dictionary({"/EF": drawing, "/AA": drawing}),
        Font=Dictionary({"/JavaScript": document.make_indirect(Array([1]))}),
    )


HARMLESS_PDFS = {
    change.__name__: change
    for change in (opens_at_a_page, goes_to_a_page, has_a_web_link, has_odd_resource_names)
}


def hidden_script(*, padding=0, layers=1) -> bytes:
    """The opening action is a script inside an object stream.

    ``padding`` bytes of blanks make the stream grow when it is unpacked; ``layers`` packs it
    several times over.
    """
    head, script = b"5 0 ", b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
    packed = head + script + b" " * padding
    for _ in range(layers):
        packed = zlib.compress(packed, 9)
    filters = b"/FlateDecode" * layers
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R>>",
        2: b"<</Type/Pages/Kids[6 0 R]/Count 1>>",
        6: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>",
        3: b"<</Type/ObjStm/N 1/First 4/Filter[%s]/Length %d>>\nstream\n%s\nendstream"
        % (filters, len(packed), packed),
    }
    out, at = b"%PDF-1.5\n", {}
    for number, body in objects.items():
        at[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at[4] = len(out)

    def row(kind, where, index=0):
        return bytes([kind]) + where.to_bytes(3, "big") + bytes([index])

    rows = row(0, 0) + b"".join(row(2, 3) if n == 5 else row(1, at[n]) for n in range(1, 7))
    table = b"<</Type/XRef/Size 7/W[1 3 1]/Root 1 0 R/Length %d>>\nstream\n" % len(rows)
    return out + b"4 0 obj\n%s%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        rows,
        at[4],
    )
