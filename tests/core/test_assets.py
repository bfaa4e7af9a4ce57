"""Joined, hashed and packed files, and the budgets the design sets for them."""

import gzip
from pathlib import Path

import pytest

from community.core.assets import Assets, wrap_module
from tests.client import ForumClient

CSS_BUDGET_BYTES = 20_000
JS_BUDGET_BYTES = 40_000


@pytest.fixture(scope="module")
def assets() -> Assets:
    """The product's own assets."""
    return Assets()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file of each kind."""
    for name, text in {
        "css/reset.css": "@layer reset { * { margin: 0 } }",
        "css/components/b.css": ".b { color: red }",
        "css/components/a.css": ".a { color: red }",
        "css/utilities.css": ".u { color: red }",
        "css/staff.css": ".s { color: red }",
        "js/one.js": "const name = 1;\n",
        "js/two.js": "// the same name again\nconst name = 2;\n",
        "icons.svg": "<svg>\n  <!-- note -->\n  <g/>\n</svg>",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def body_of(assets: Assets, name: str) -> str:
    """Return an asset's text by the address that templates print."""
    asset = assets.find(assets.url(name).rpartition("/")[2])
    assert asset is not None
    return asset.body.decode()


def test_style_sheets_keep_the_order_of_their_layers(folder: Path) -> None:
    css = body_of(Assets(folder), "site.css")
    places = [css.index(part) for part in ("@layer reset,", "margin:0", ".a{", ".b{", ".u{")]
    assert places == sorted(places)
    assert ".s{" not in css


def test_joined_modules_cannot_see_each_other(folder: Path) -> None:
    js = body_of(Assets(folder), "site.js")
    assert js.count("(() => {") == 2
    assert "the same name again" not in js


def test_a_changed_source_changes_the_address(folder: Path) -> None:
    before = Assets(folder).url("site.css")
    (folder / "css/utilities.css").write_text(".u { color: blue }", encoding="utf-8")
    assert Assets(folder).url("site.css") != before


def test_watching_notices_a_change(folder: Path) -> None:
    assets = Assets(folder, watch=True)
    before = assets.url("site.js")
    (folder / "js/three.js").write_text("const more = 3;\n", encoding="utf-8")
    assert assets.url("site.js") != before


def test_unknown_names_fail_early(assets: Assets) -> None:
    with pytest.raises(KeyError):
        assets.url("sight.css")


def test_a_wrapped_module_is_strict() -> None:
    assert wrap_module("x()").startswith('(() => {"use strict"')


@pytest.mark.parametrize(
    ("name", "budget"), [("site.css", CSS_BUDGET_BYTES), ("site.js", JS_BUDGET_BYTES)]
)
def test_bundles_stay_within_their_budget(assets: Assets, name: str, budget: int) -> None:
    assert len(gzip.compress(body_of(assets, name).encode())) < budget


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("zstd, gzip", "zstd"),
        ("gzip;q=0.5, br;q=0", "gzip"),
        ("", None),
    ],
)
def test_assets_come_packed_as_the_browser_likes(
    client: ForumClient, assets: Assets, accepted: str, sent: str | None
) -> None:
    response = client.get(assets.url("site.css"), headers={"Accept-Encoding": accepted})
    assert response.status_code == 200
    assert response.headers.get("Content-Encoding") == sent
    assert "Accept-Encoding" in response.headers["Vary"]
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"


def test_assets_are_kept_for_a_year(client: ForumClient, assets: Assets) -> None:
    response = client.get(assets.url("icons.svg"))
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = client.get(assets.url("icons.svg"), headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    ["site-000000000000.css", "site.css", "..%2Fapp-000000000000.py", "", "x" * 3000],
)
def test_an_unknown_address_is_not_found(client: ForumClient, path: str) -> None:
    assert client.get("/assets/" + path).status_code == 404
