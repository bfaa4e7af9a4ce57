"""What guests may open: only what says so."""

from werkzeug.routing import IntegerConverter

from community.core.web import is_public


def private_rules(app):
    for rule in app.url_map.iter_rules():
        if not is_public(app, rule.endpoint):
            yield rule


def address_of(app, rule):
    kinds = rule._converters.items()
    values = {name: 1 if isinstance(kind, IntegerConverter) else "x" for name, kind in kinds}
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def test_every_private_address_sends_guests_to_the_sign_in_page(app, client):
    seen = 0
    for rule in private_rules(app):
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            headers = {"X-CSRFToken": client.csrf_token()}
            response = client.open(address_of(app, rule), method=method, headers=headers)
            assert response.status_code in (302, 303), (rule, method, response.status_code)
            assert response.location.startswith("/sign-in?next=/"), (rule, method)
            seen += 1
    assert seen >= 3
