"""Why an uploaded file is refused, in words that say what to do instead."""

from django.utils.translation import gettext_lazy as _

from portal.errors import PortalError


class UploadRefused(PortalError):
    """A file that is not taken. ``name`` is the cleaned name that the person gave it."""

    message = _("“{name}” cannot be accepted. Send a PDF, JPG or PNG file.")


class FileIsEmpty(UploadRefused):
    message = _("“{name}” is empty. Choose the file again.")


class FileTooLarge(UploadRefused):
    message = _("“{name}” is larger than {limit} MB. Send a smaller file or split it.")
    status = 413


class FileTypeRefused(UploadRefused):
    """The content is none of the accepted kinds, whatever the name says."""

    message = _(
        "“{name}” is not a PDF, JPG or PNG file inside. Save it as one of these and send it again."
    )


class FileDamaged(UploadRefused):
    message = _("“{name}” is damaged or incomplete and cannot be opened. Save or scan it again.")


class PdfLocked(UploadRefused):
    message = _(
        "“{name}” is protected by a password. Save it without protection and send it again."
    )


class PdfActive(UploadRefused):
    """The PDF does something by itself, or carries other files: ``found`` says what."""

    message = _("“{name}” contains {found}. Print it to a new PDF and send that one.")


class PdfTooComplex(UploadRefused):
    message = _("“{name}” has too many pages or parts. Split it into smaller files.")


class PictureTooLarge(UploadRefused):
    message = _(
        "“{name}” measures {width} × {height} pixels; {limit} million pixels are the most. Send a "
        "smaller picture."
    )
