"""``flask mail parse``: what would be made of a message."""

import json

import pytest
from flask.testing import FlaskCliRunner

RAW = (
    "From: Ann <ann@example.test>\nTo: help@example.test\nSubject: Kein Netz\n\n"
    "Es geht nicht.\n\n> alt\n"
)


@pytest.fixture
def runner(app) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_it_prints_one_object(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["mail", "parse", "--json"], input=RAW)
    assert done.exit_code == 0
    shown = json.loads(done.output)
    assert shown["sender"] == {"email": "ann@example.test", "name": "Ann"}
    assert (shown["kind"], shown["text"], shown["bounce"]) == ("mail", "Es geht nicht.", None)


def test_it_reads_a_file_and_speaks_to_people(runner: FlaskCliRunner, tmp_path) -> None:
    path = tmp_path / "mail.eml"
    path.write_text(RAW)
    done = runner.invoke(args=["mail", "parse", "--to", "x@example.test", str(path)])
    assert done.exit_code == 0
    assert "subject: Kein Netz" in done.output
    assert "x@example.test" in done.output
    assert done.output.endswith("\nEs geht nicht.\n")


def test_it_reads_any_bytes(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["mail", "parse", "--json"], input=bytes(range(256)))
    assert done.exit_code == 0
    assert json.loads(done.output)["kind"] == "refused"
