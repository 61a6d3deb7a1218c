"""What no callback knows is handed to the browser as it is.

Dash watches over each component by itself, at a cost that grows with their square: a page of
1,600 of them, most of them cells of tables, kept a browser busy for ten seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from dash.development.base_component import Component

HTML = "dash_html_components"
NODES = frozenset({"children", "tree"})
"""Properties that hold components."""
DASH_OWN = ("_", "available_")
"""How names begin that are no properties."""


class Plain(Component):
    """Parts of a page that React draws by itself (``plain.js``)."""

    _namespace, _type = "sang", "Plain"
    _prop_names = ["tree"]
    _valid_wildcard_attributes: list[str] = []


def plainly(nodes: Iterable[Any]) -> list[Any]:
    """The same page with its plain parts, and those that stand in a row, as one component each."""
    made: list[Any] = []
    for is_plain, run in groupby(nodes, _is_plain):
        row = list(run)
        made += [_whole(row)] if is_plain else map(_opened, row)
    return made


def as_json(node: Any) -> Any:
    """A page as JSON has it.

    Dash would ask each component for every property that it might have, and then clean all that
    it found: a fifth of a page's time.
    """
    if isinstance(node, Component):
        props = {
            name: as_json(value) if name in NODES else value
            for name, value in node.__dict__.items()
            if not name.startswith(DASH_OWN)
        }
        return {"props": props, "type": node._type, "namespace": node._namespace}
    return [as_json(one) for one in node] if isinstance(node, list | tuple) else node


def _whole(row: list[Any]) -> Component:
    return Plain(tree=row)  # type: ignore[no-untyped-call]


def _opened(node: Component) -> Component:
    if node._namespace == HTML:
        node.children = plainly(_inside(node))  # type: ignore[attr-defined]
    return node


def _is_plain(node: Any) -> bool:
    if not isinstance(node, Component):
        return True
    known = node._namespace != HTML or getattr(node, "id", None) is not None
    return not known and all(map(_is_plain, _inside(node)))


def _inside(node: Component) -> list[Any]:
    children = getattr(node, "children", None)
    return list(children) if isinstance(children, list | tuple) else [children]
