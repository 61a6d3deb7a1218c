"""Every route × anonymous and every role, against the matrix in ``routes.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from registry.access.gate import mark_of
from registry.access.roles import GRANTS, Permission, Role
from registry.db import Base, db, unit_of_work
from tests.cast import CAST
from tests.objects import World

ClientOf = Callable[[str], FlaskClient]
Visit = tuple[Rule, str, str]
ROOT = Path(__file__).parent.parent
MATRIX = tomllib.loads((ROOT / "tests" / "routes.toml").read_text())
ROUTES: dict[str, str] = MATRIX["routes"]
ROLES: dict[str, list[str]] = MATRIX["roles"]
ONE_PER_ROLE = {CAST[name].role: name for name in reversed(CAST)}.values()
EVERYBODY = [
    *(("sqlite", name) for name in ONE_PER_ROLE),
    *(("postgresql", name) for name in ("officer50", "head50", "central", "admin")),
]
"""Rights are no matter of the database: four roles open every page on the other one, too."""
OPEN = {"public", "portal token"}


def test_every_route_is_in_the_matrix(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ROUTES)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_page_has_a_way_in(app: Flask) -> None:
    """A page that no menu, template or view names is found by nobody."""
    said = "".join(
        path.read_text()
        for package in ("registry", "importers", "dashboards", "reports")
        for path in (ROOT / package).rglob("*")
        if path.suffix in (".html", ".py")
    )
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and "/_" not in rule.rule
    }
    named = {name for name in pages if f"'{name}'" in said or f'"{name}"' in said}
    assert {name for name in pages - named if not name.startswith("security.")} == {"home.health"}


def test_the_code_says_what_the_matrix_says(app: Flask) -> None:
    said = {name: "public" if wanted in OPEN else wanted for name, wanted in ROUTES.items()}
    assert {name: str(mark_of(app, name)) for name in said} == said


def test_roles_have_the_permissions_of_the_matrix() -> None:
    granted = {
        permission.value: sorted(role.value for role in Role if permission in GRANTS[role])
        for permission in Permission
    }
    assert {name: sorted(roles) for name, roles in ROLES.items()} == granted


@pytest.mark.usefixtures("quiet_menu")
@pytest.mark.parametrize(("backend", "name"), EVERYBODY, indirect=["backend"])
def test_a_role_opens_its_routes_and_no_other(app: Flask, client_of: ClientOf, name: str) -> None:
    """And whoever only reads, or is refused, changes nothing."""
    reader = client_of(name)
    harmless, acting = [], []
    for visit in visits(app):
        acts = visit[1] != "GET" and _welcome(name, visit[0])
        (acting if acts else harmless).append(visit)
    before = _counts(app)
    wrong = [_fault(reader, name, visit) for visit in harmless]
    if _counts(app) != before:
        wrong += _writers(app, reader, [path for _, method, path in harmless if method == "GET"])
    wrong += [_fault(client_of(name), name, visit) for visit in acting]
    assert not any(wrong), "\n".join(filter(None, wrong))


def _welcome(name: str, rule: Rule) -> bool:
    wanted = ROUTES[rule.endpoint]
    return wanted in OPEN or CAST[name].role.value in ROLES[wanted]


def _fault(client: FlaskClient, name: str, visit: Visit) -> str:
    """How a visit ends otherwise than it should; empty where it does not."""
    rule, method, path = visit
    found = _verdict(client.open(path, method=method))
    right = found == ("in" if _welcome(name, rule) else "forbidden")
    return "" if right else f"{method} {path} ({rule.endpoint}): {found}"


def test_a_stranger_opens_only_the_public_ones(app: Flask) -> None:
    wrong = []
    for rule, method, path in visits(app):
        wanted = "in" if ROUTES[rule.endpoint] in OPEN else "sign in"
        found = _verdict(app.test_client().open(path, method=method))
        if found != wanted:
            wrong.append(f"{method} {path} ({rule.endpoint}): {found}")
    assert not wrong, "\n".join(wrong)


def test_a_stranger_cannot_tell_what_exists(anonymous: FlaskClient) -> None:
    known, unknown = anonymous.get("/account/"), anonymous.get("/nothing-here")
    assert (known.status_code, unknown.status_code) == (302, 302)


def test_a_public_page_is_found_without_its_last_slash(anonymous: FlaskClient) -> None:
    """As people type it; of what is not public a stranger learns nothing."""
    for path in ("/genuine", "/m/a-personal-link"):
        answer = anonymous.get(path)
        assert (answer.status_code, answer.location) == (308, f"http://localhost{path}/")
    for path in ("/members", "/nothing-here"):
        assert anonymous.get(path).location == f"/login?next={path}"


@pytest.mark.usefixtures("csrf_on", "quiet_menu")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["central", "admin"])
def test_what_changes_something_needs_a_token(app: Flask, client_of: ClientOf, name: str) -> None:
    client = client_of(name)
    accepted = [
        f"{method} {path}"
        for rule, method, path in visits(app)
        if method != "GET" and client.open(path, method=method).status_code != 400
    ]
    assert not accepted, accepted


def _writers(app: Flask, client: FlaskClient, paths: list[str]) -> Iterator[str]:
    """The pages that write, one by one: to count every table around each page takes minutes."""
    for path in paths:
        before = _counts(app)
        client.get(path)
        if _counts(app) != before:
            yield f"GET {path} writes"
    yield "a visit wrote something, perhaps the first time only"


def test_verdicts_can_differ(app: Flask, client_of: ClientOf, anonymous: FlaskClient) -> None:
    assert _verdict(anonymous.get("/")) == "sign in"
    assert _verdict(anonymous.post("/account/sign-out-others")) == "sign in"
    assert _verdict(client_of("officer50").get("/users/")) == "forbidden"
    assert _verdict(client_of("admin").get("/users/")) == "in"


def visits(app: Flask) -> Iterator[Visit]:
    """Every method of every route with an address that exists in Chiang Mai; readers first."""
    with app.app_context(), unit_of_work():
        world = World("P50")
        rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint)
        paths = [(rule, world.address(rule)) for rule in rules]
    visits = [
        (rule, method, path)
        for rule, path in paths
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    binds = "portal.here"  # the link is this browser's from then on, so it comes last
    yield from sorted(
        visits, key=lambda visit: (visit[1] != "GET", visit[0].endpoint == binds, visit[0].endpoint)
    )


def _verdict(response: TestResponse) -> str:
    """In three words: let in, sent to sign in, forbidden; or broken."""
    status, target = response.status_code, response.headers.get("Location", "")
    if status == 401 or (status == 302 and "/login?" in target):
        return "sign in"
    if status == 403:
        return "forbidden"
    return "broken" if status >= 500 else "in"


def _counts(app: Flask) -> dict[str, int]:
    with app.app_context():
        counts = {
            name: db.session.execute(text(f'select count(*) from "{name}"')).scalar_one()
            for name in Base.metadata.tables
        }
        db.session.rollback()
    return counts
