"""Public holidays of countries and their regions, from the ``holidays`` library. Pure."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

# The library knows no year that far away, and what it says of them is a guess anyway.
FIRST_YEAR, LAST_YEAR = 2000, 2100


@lru_cache(maxsize=1)
def regions_by_country() -> Mapping[str, tuple[str, ...]]:
    """Return the codes of all countries (ISO 3166-1) with those of their regions."""
    known = holidays.list_supported_countries(include_aliases=False)
    return {code: tuple(regions) for code, regions in sorted(known.items())}


@lru_cache(maxsize=512)
def public_holidays(country: str, region: str, year: int, language: str) -> Mapping[date, str]:
    """Return a year's public holidays with their names, in the language where it is known."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return {}
    spoken = language if language in _languages_of(country) else None
    found = holidays.country_holidays(country, subdiv=region or None, years=year, language=spoken)
    return dict(sorted(found.items()))


@lru_cache(maxsize=1)
def _languages() -> Mapping[str, list[str]]:
    return holidays.list_localized_countries()


def _languages_of(country: str) -> tuple[str, ...]:
    # The library says "en_US" where it means English.
    return tuple(_languages().get(country, ()))


class HolidaysOf:
    """The holidays of a calendar: those of a country and further days, of any year."""

    def __init__(self, country: str, region: str, further: frozenset[date]) -> None:
        self._country, self._region, self._further = country, region, further

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        if day in self._further:
            return True
        if not self._country:
            return False
        return day in public_holidays(self._country, self._region, day.year, "")
