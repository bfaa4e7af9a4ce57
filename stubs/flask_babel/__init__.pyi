from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Flask
from flask_babel.speaklater import LazyString as LazyString

class Babel:
    def init_app(
        self,
        app: Flask,
        *,
        locale_selector: Callable[[], str] | None = None,
        timezone_selector: Callable[[], str] | None = None,
    ) -> None: ...

def force_locale(locale: str) -> AbstractContextManager[None]: ...
def gettext(string: str, **variables: object) -> str: ...
def lazy_gettext(string: str, **variables: object) -> LazyString: ...
def ngettext(singular: str, plural: str, num: int, **variables: object) -> str: ...
def refresh() -> None: ...
