"""Every route of the application as requests to try; grows with the product."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """A method and a rule, with values for the rule's variables."""

    method: str
    rule: Rule
    values: dict[str, Any]

    @property
    def url(self) -> str:
        """The address with the values filled in."""
        adapter = self.rule.map.bind("localhost") if self.rule.map else None
        assert adapter is not None
        return adapter.build(self.rule.endpoint, self.values, method=self.method)

    def url_with(self, **raw: str) -> str:
        """The address with some variables replaced by raw text, escaped or not."""
        url = self.rule.rule
        for name in self.rule.arguments:
            text = raw.get(name, str(self.values.get(name, "1")))
            url = _put(url, name, text)
        return url

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"


def _put(rule: str, name: str, text: str) -> str:
    start = rule.index("<")
    while True:
        end = rule.index(">", start)
        if rule[start + 1 : end].rpartition(":")[2] == name:
            return rule[:start] + text + rule[end + 1 :]
        start = rule.index("<", end)


def routes(app: Flask, values: dict[str, Any], *, methods: set[str]) -> Iterator[Route]:
    """Yield every route that takes one of the methods; an unknown variable gets "1"."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & methods):
            known = {name: values.get(name, 1) for name in rule.arguments}
            yield Route(method, rule, known)
