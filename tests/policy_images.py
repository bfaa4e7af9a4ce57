"""What requests about pictures are about, and the requests themselves."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from community.core.db import transaction
from community.identity.models import User
from tests.factories.images import PICTURE, make_image

# Names of pictures, by target and by whose they are.
Images = dict[tuple[str, str], str]


def make_images(role: str, owner: User, shown_in: dict[str, int]) -> Images:
    """Keep a picture of this person in a question of each target."""
    images = {}
    for target, post_id in shown_in.items():
        with transaction():
            images[target, role] = make_image(owner, post_id=post_id).name
    return images


def image_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    return {
        "attachments.create_attachment": lambda c: (
            "/attachments",
            {"image": (BytesIO(PICTURE), "picture.png"), "alt": "A telephone"},
        ),
        "attachments.remove_attachment": lambda c: (
            f"/attachments/{_image(c)}",
            {"reason": "It shows a number"},
        ),
    }


def _image(cell: Any) -> str:
    own = cell.target == "own" and cell.role in cell.world.people
    return str(cell.world.images[cell.target, cell.role if own else "author"])
