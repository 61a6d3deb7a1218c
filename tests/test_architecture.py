"""The directions of DESIGN.md, kept: who may import and call what.

Each rule is a function from a module to its faults.  Beside it stands a snippet that it must
refuse, so that no rule can go blind unnoticed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import pytest

from tests.modules import LAYERS, Module, layer_of, modules

Rule = Callable[[Module], Iterator[str]]
PARTS = ("dashboards", "importers", "reports")
ROOTS = {"registry", "registry.cli"}
REQUEST = {"request", "g", "session", "current_user", "after_this_request"}
TOUCHES_REQUEST = {
    "registry.access.gate",
    "registry.error_pages",
    "registry.headers",
    "registry.i18n",
    "registry.logs",
    "registry.ui",
    "registry.home",
}
OWN_THE_SESSION = {
    "registry.access.proofs",
    "registry.access.sessions",
    "registry.access.sign_in",
    "registry.access.throttle",
}
REQUEST_NUMBER = {("registry.audit.services", "g")}
PUBLIC_FACTS = {
    "registry.geography.queries": "*",
    "registry.members.queries": {"network_types", "wordings"},
}
WRITERS = ("xlsxwriter", "rustpy_xlsxwriter", "openpyxl", "docx", "docxtpl", "pptx", "typst")
WRITING_CALLS = ("csv.writer", "csv.DictWriter")
WRITING_METHODS = (".to_excel", ".to_csv", ".write_excel")
READS_WORKBOOKS = ("importers.reading",)


def packages_look_one_way(module: Module) -> Iterator[str]:
    """dashboards | importers | reports → registry, never each other, never back."""
    others = {*PARTS, "benchmarks"} - {module.package}
    if module.name in ROOTS:
        others = set()
    yield from module.imports_from(*others, "tests")


def layers_look_down(module: Module) -> Iterator[str]:
    """views → forms, services, queries → models → db, across features too."""
    forbidden = {
        "models": {"views", "forms", "services", "queries"},
        "queries": {"views", "forms"},
        "services": {"views", "forms"},
        "forms": {"views"},
    }.get(module.layer, set())
    for name in module.imports_from("registry", *PARTS):
        if layer_of(name) in forbidden:
            yield name
    if module.name == "registry.db":
        yield from module.imports_from("registry")


def gate_is_for_views(module: Module) -> Iterator[str]:
    """Who asks and for what is decided at the door; below it, it is an argument."""
    if module.layer in LAYERS[1:]:
        yield from module.imports_from("registry.access.gate")


def facts_are_for_views(module: Module) -> Iterator[str]:
    """facts reads features; of a feature only its views call facts."""
    inside = module.package == "registry" and module.feature not in {"", "facts", "api"}
    if inside and module.layer != "views":
        yield from module.imports_from("registry.facts")


def request_stays_at_the_door(module: Module) -> Iterator[str]:
    """Only views, the gate, commands and init_apps touch the request."""
    if _is_door(module):
        return
    for name in module.imports_from("flask", "flask_login", "flask_security"):
        last = name.rpartition(".")[2]
        if last in REQUEST and (module.name, last) not in REQUEST_NUMBER:
            yield name
    yield from (call for call in module.calls if call.startswith(("flask.request", "request.")))


def _is_door(module: Module) -> bool:
    last = module.name.rpartition(".")[2]
    if module.layer == "views" or last.endswith("commands"):
        return True
    if any(function.name == "init_app" for function in module.functions) and module.feature == "":
        return True
    return module.name in TOUCHES_REQUEST | OWN_THE_SESSION


def only_the_outermost_commits(module: Module) -> Iterator[str]:
    """Views, commands and jobs commit, once; services flush."""
    if module.layer in LAYERS[1:]:
        for call in module.calls:
            if call.rpartition(".")[2] in {"commit", "unit_of_work", "begin_write"}:
                yield call


def queries_take_the_scope(module: Module) -> Iterator[str]:
    """The scope is the first argument of every function that asks the database."""
    public = PUBLIC_FACTS.get(module.name, ())
    if module.layer != "queries" or public == "*":
        return
    asking = _asking(module)
    for function in module.functions:
        arguments = [*function.args.posonlyargs, *function.args.args]
        first = arguments[0].arg if arguments else ""
        exempt = function.name.startswith("_") or function.name in public
        if function.name in asking and not exempt and first != "scope":
            yield f"{function.name}({first}…)"


def _asking(module: Module) -> set[str]:
    """Functions that select something, or call one of the module that does."""
    calls = {
        function.name: {
            ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)
        }
        for function in module.functions
    }
    asking: set[str] = set()
    while more := {name for name, called in calls.items() if _asks(called, asking)} - asking:
        asking |= more
    return asking


def _asks(called: set[str], asking: set[str]) -> bool:
    return bool(called & asking) or any(
        name == "select" or name.startswith(("db.session", "session.")) for name in called
    )


def names_say_what(module: Module) -> Iterator[str]:
    """No module called utils."""
    if {"utils", "util", "helpers", "common", "misc"} & set(module.name.split(".")):
        yield module.name


def nothing_prints(module: Module) -> Iterator[str]:
    """Commands speak through click; everything else through the log."""
    if module.name != "registry.cli":
        yield from (call for call in module.calls if call in {"print", "pprint.pprint"})


def one_sanitiser_makes_all_cells(module: Module) -> Iterator[str]:
    """Files for people are written in registry/documents, where each cell is made safe."""
    if module.name.startswith("registry.documents"):
        return
    readers = ("openpyxl",) if module.name.startswith(READS_WORKBOOKS) else ()
    yield from module.imports_from(*(name for name in WRITERS if name not in readers))
    for call in module.calls:
        if call in WRITING_CALLS or call.endswith(WRITING_METHODS):
            yield call


def dash_stays_in_dashboards(module: Module) -> Iterator[str]:
    """The registry works without Dash."""
    if module.package != "dashboards":
        yield from module.imports_from(
            "dash", "plotly", "dash_ag_grid", "dash_bootstrap_components"
        )


BAD: list[tuple[Rule, str, str]] = [
    (packages_look_one_way, "registry.members.views", "from importers import plan"),
    (packages_look_one_way, "registry.core", "def f():\n    import dashboards"),
    (packages_look_one_way, "dashboards.pages", "from reports.close import close"),
    (packages_look_one_way, "registry.seed", "from tests import cast"),
    (layers_look_down, "registry.members.services", "from registry.members.views import bp"),
    (layers_look_down, "registry.members.models", "from registry.networks import services"),
    (layers_look_down, "registry.members.queries", "from registry.members.forms import Form"),
    (layers_look_down, "registry.db", "from registry.members.models import Member"),
    (gate_is_for_views, "registry.members.services", "from registry.access.gate import scope"),
    (facts_are_for_views, "registry.messages.services", "from registry.facts import measures"),
    (request_stays_at_the_door, "registry.members.services", "from flask import request"),
    (request_stays_at_the_door, "registry.members.queries", "from flask_login import current_user"),
    (request_stays_at_the_door, "importers.plan", "from flask import g"),
    (request_stays_at_the_door, "reports.close", "import flask\nflask.request.args.get('x')"),
    (only_the_outermost_commits, "registry.members.services", "db.session.commit()"),
    (only_the_outermost_commits, "registry.members.services", "with unit_of_work():\n    pass"),
    (
        queries_take_the_scope,
        "registry.members.queries",
        "def members():\n    return select(Member)",
    ),
    (
        queries_take_the_scope,
        "registry.members.list_queries",
        "def one(id, scope):\n    return _one(id)\ndef _one(id):\n    return db.session.get(M, id)",
    ),
    (names_say_what, "registry.members.utils", ""),
    (nothing_prints, "reports.close", "print('x')"),
    (one_sanitiser_makes_all_cells, "reports.workbook", "import xlsxwriter"),
    (one_sanitiser_makes_all_cells, "registry.members.views", "import csv\ncsv.writer(f)"),
    (one_sanitiser_makes_all_cells, "dashboards.rows", "frame.to_excel('x.xlsx')"),
    (one_sanitiser_makes_all_cells, "importers.plan", "from openpyxl import Workbook"),
    (dash_stays_in_dashboards, "reports.charts", "import plotly.express as px"),
]
RULES = sorted({rule for rule, _, _ in BAD}, key=lambda rule: rule.__name__)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_is_kept(rule: Rule) -> None:
    found = [f"{module.name}: {fault}" for module in modules() for fault in rule(module)]
    assert not found, f"{rule.__doc__}\n" + "\n".join(found)


@pytest.mark.parametrize(("rule", "name", "source"), BAD)
def test_rule_can_fail(rule: Rule, name: str, source: str) -> None:
    assert list(rule(Module(name, source)))


def test_the_house_is_read() -> None:
    found = {module.package for module in modules()}
    assert found == {"registry", *PARTS}
    assert sum(module.layer == "models" for module in modules()) > 5
