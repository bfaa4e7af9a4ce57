"""Why a file is not taken as a picture."""

from flask_babel import lazy_gettext as _l

from community.core.errors import Invalid, RateLimited


class ImageRefused(Invalid):
    """A file that is no picture we can keep."""

    message = _l("This picture could not be read. Save it anew, or take another one.")


class NotAnImage(ImageRefused):
    """The content is no picture of a kind we take, whatever the name says."""

    message = _l("Only pictures can be added: PNG, JPEG, WebP or GIF.")


class ImageTooHeavy(ImageRefused):
    """The file is too large."""

    message = _l("This picture is too large: at most 10 MB, please.")


class ImageTooManyPixels(ImageRefused):
    """The picture has too many pixels."""

    message = _l("This picture has too many pixels: at most 40 million, please.")


class ImageTooCostly(ImageRefused):
    """Working on the picture would take more time or memory than there is for one."""

    message = _l("This picture is too large to be worked on. Make it smaller, please.")


class ImagesBusy(RateLimited):
    """All children are at work."""

    message = _l("Many pictures are being added just now. Please try again %(wait)s.")

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=5)
