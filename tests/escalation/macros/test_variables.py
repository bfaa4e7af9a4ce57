"""Variables are filled in once, and wrong ones are named."""

import pytest

from community.escalation.macros.variables import MacroFacts, filled, wrong_variables

FACTS = MacroFacts(
    customer="Femke", agent="Marten", question="No signal", case="C-7", site="Nordfunk"
)


def test_every_variable_is_filled_in() -> None:
    body = "{customer}, {agent}, {question}, {case}, {site}, {customer}"
    assert filled(body, FACTS) == "Femke, Marten, No signal, C-7, Nordfunk, Femke"


def test_what_is_filled_in_is_not_looked_through_again() -> None:
    facts = MacroFacts(customer="{agent}", agent="Marten", question="", case="", site="")
    assert filled("Hello {customer}", facts) == "Hello {agent}"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("Hello {customer}", []),
        ("Hello {Customer} {name} {name}", ["Customer", "name"]),
        ("{}, {1}, { customer }, {a b} and { are text", []),
    ],
)
def test_wrong_variables_are_found(body: str, wrong: list[str]) -> None:
    assert wrong_variables(body) == wrong
