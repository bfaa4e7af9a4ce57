"""Forms that take exactly what they ask for."""

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField
from wtforms.fields import FieldList


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
