"""Forms that take exactly what they ask for."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField
from wtforms.fields import FieldList

from community.core.errors import Invalid

# Of every form: they are ours, and no field of anybody's.
ALWAYS_TAKEN = frozenset({"csrf_token", "submission", "_method"})

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def takes(
    *names: str, many: tuple[str, ...] = (), file: str | None = None, files: str | None = None
) -> Callable[[View], View]:
    """Mark a view that reads these fields itself, as strictly as ``StrictForm`` does.

    Each of ``names`` may come once, each of ``many`` more often, one file where ``file`` names its
    field, and several where ``files`` does; anything else is refused.
    """
    once = ALWAYS_TAKEN | frozenset(names)

    def mark(view: View) -> View:
        @wraps(view)
        def strict_view(*args: Any, **values: Any) -> ResponseReturnValue:
            if request.method not in ("GET", "HEAD") and not (
                _are_taken(once, many) and _are_files_taken(file, files)
            ):
                raise Invalid()
            return view(*args, **values)

        return strict_view  # type: ignore[return-value]

    return mark


def _are_files_taken(one: str | None, several: str | None) -> bool:
    numbers = {name: len(uploads) for name, uploads in request.files.lists()}
    return numbers.keys() <= {one, several} and numbers.get(one or "", 0) <= 1


def _are_taken(once: frozenset[str], many: tuple[str, ...]) -> bool:
    if request.is_json:
        return False
    return all(
        name in many or (name in once and len(values) == 1) for name, values in request.form.lists()
    )


class StrictForm(FlaskForm):  # type: ignore[misc]
    """A form that refuses fields it does not know, and more than one value for a field.

    ``email[]``, ``Email`` and a second ``email`` are refused rather than passed over: of two
    addresses another part of the program might read the other one. Source: CVE-2023-7028.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Reads forms alone: the library would take JSON, and files, for one."""

        def wrap_formdata(self, form: FlaskForm, formdata: object) -> object:
            """Return what was sent as a form."""
            return request.form if form.is_submitted() else None

    def validate(self, *args: Any, **options: Any) -> bool:
        """Check the fields' names first; what does not belong here is not looked at."""
        if not self._has_its_fields_alone():
            self.form_errors.append(_l("Please check what you entered."))
            return False
        return bool(super().validate(*args, **options))

    def _has_its_fields_alone(self) -> bool:
        if request.is_json or request.files:
            return False
        return all(
            name in self and (len(values) == 1 or _takes_many(self[name]))
            for name, values in request.form.lists()
        )


def _takes_many(field: Any) -> bool:
    return isinstance(field, (SelectMultipleField, FieldList))
