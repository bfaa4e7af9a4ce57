"""Pictures: taken in from the writing box or with a form, shown, taken down."""

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.exceptions import HTTPException

from community.core import images, markup
from community.core.errors import Invalid, NotFound, Refusal
from community.core.forms import takes
from community.core.limits import limited
from community.core.pagination import Cursor
from community.core.web import (
    add_deletion,
    current_viewer,
    is_fragment_request,
    public,
    read_only,
    takes_files,
)
from community.identity.signing_in import signed_in_user
from community.posts import attaching
from community.posts.errors import UnfitText
from community.posts.image_files import LARGE, SMALL, path_of_image
from community.posts.models import Attachment
from community.posts.queries import list_own_images, room_of_images

IMAGE_FIELD, ALT_FIELD = "image", "image_alt"
MOST_BYTES = images.DEFAULT_LIMITS.max_bytes
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
# Opened by itself, a picture can do nothing, should a browser ever take it for a page.
NOTHING_BUT_PIXELS = "default-src 'none'; sandbox; frame-ancestors 'none'"

blueprint = Blueprint("attachments", __name__)


@blueprint.post("/attachments")
@read_only
@limited("uploads")
@takes_files(MOST_BYTES)
@takes("alt", file=IMAGE_FIELD)
def create_attachment() -> ResponseReturnValue:
    """Keep a picture, and say by which Markdown a text shows it."""
    upload = request.files.get(IMAGE_FIELD)
    if upload is None:
        raise Invalid(errors={IMAGE_FIELD: _l("Choose a picture.")})
    image = attaching.add_image(signed_in_user(), _content(upload), request.form.get("alt", ""))
    address = _address_of(image)
    return jsonify(address=address, width=image.small_width, height=image.small_height), 201


def _content(upload: FileStorage) -> bytes:
    # One byte more tells that it is too large.
    return upload.stream.read(MOST_BYTES + 1)


def _address_of(image: Attachment) -> str:
    return markup.PICTURE_ADDRESS + image.name


def take_in_image() -> None:
    """Keep the picture that a form brings beside its text, and let the text show it.

    For browsers without JavaScript. It is done before the write lock is taken, so whoever may not
    use the form is sent away here already, in the same words; a picture that is refused is
    remembered for ``raise_image_refusal``.
    """
    upload = request.files.get(IMAGE_FIELD)
    if upload is None or not upload.filename or not may_go_on():
        return
    words = request.form.get(ALT_FIELD, "")
    try:
        image = attaching.add_image(signed_in_user(), _content(upload), words)
    except (Refusal, markup.UnacceptableText) as refusal:
        g.image_refusal = str(refusal)
        return
    finally:
        # It was loaded by a transaction that is over; the next one loads it anew.
        g.pop("_login_user", None)
    shown = f"![{attaching.fit_alt(words)}]({_address_of(image)})"
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "body"]
    body = f"{request.form.get('body', '').rstrip()}\n\n{shown}\n".lstrip()
    request.form = ImmutableMultiDict([*fields, ("body", body)])


def may_go_on() -> bool:
    """Say whether whoever sends a form with files may use it, before the files are looked at."""
    try:
        return current_app.preprocess_request() is None and current_viewer().viewer_id is not None
    except (Refusal, HTTPException):
        return False


def image_refusal() -> str | None:
    """Return why the picture that this form brought was not taken, or None."""
    refusal: str | None = g.get("image_refusal")
    return refusal


def raise_image_refusal() -> None:
    """Raise ``UnfitText`` where this form brought a picture that was not taken."""
    if refusal := image_refusal():
        raise UnfitText(errors={"body": refusal})


@blueprint.get("/attachments/<name>")
@public
@limited("images")
def show_attachment(name: str) -> ResponseReturnValue:
    """Show a picture in the size in which posts hold it."""
    return _send(name, SMALL)


@blueprint.get("/attachments/<name>/large")
@public
@limited("images")
def show_large_attachment(name: str) -> ResponseReturnValue:
    """Show a picture in the largest size that is kept."""
    return _send(name, LARGE)


def _send(name: str, size: str) -> Response:
    """Answer with a picture's file; who may not see it is told so before anything is compared."""
    image = attaching.get_image(current_viewer(), name)
    size = size if image.has_small else LARGE
    try:
        response = send_file(
            path_of_image(image.key, size),
            mimetype=image.content_type,
            download_name=f"picture-{image.key[:8]}.{ENDINGS[image.content_type]}",
            etag=f"{image.key}-{size}",
        )
    except FileNotFoundError:
        raise NotFound() from None
    # Kept by the reader's browser alone, and asked for again each time: what is taken down, or
    # shown to fewer people, is gone at the next look.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = NOTHING_BUT_PIXELS
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@takes("reason")
def remove_attachment(name: str) -> ResponseReturnValue:
    """Take a picture down; who takes down somebody else's says why."""
    viewer = signed_in_user()
    image = attaching.get_image(viewer, name)
    attaching.remove_image(viewer, image, request.form.get("reason", ""))
    if is_fragment_request():
        return "", 204
    flash(_("The picture was taken down."), "success")
    return redirect(url_for("attachments.list_own"), 303)


add_deletion(blueprint, "/attachments/<name>", remove_attachment)


@blueprint.get("/account/pictures")
def list_own() -> ResponseReturnValue:
    """Show one's own pictures, the newest first, and how much room they take."""
    viewer = signed_in_user()
    page = list_own_images(viewer.id, Cursor.parse(request.args.get("before")))
    return render_template("posts/pictures.html", page=page, room=room_of_images(viewer.id))
