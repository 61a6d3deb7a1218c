"""Filters live in the address: a changed control changes the address, in the browser; the page
that the address names is then made on the server.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from dash import ALL
from flask import url_for
from flask_babel import gettext as _

from registry.errors import Refused
from registry.facts.asked import LIMITS, Asked
from registry.facts.cuts import Value

CONTROLS = {"type": "filter", "name": ALL}
CHARTS = {"type": "chart", "name": ALL}

CHANGE = """
// A person changes one control at a time; all at once are those of a page just made.
function (values, search) {
  const context = dash_clientside.callback_context;
  if (context.triggered.length !== 1) { return dash_clientside.no_update; }
  const [{ prop_id, value }] = context.triggered;
  const name = JSON.parse(prop_id.replace(/[.]value$/, "")).name;
  const params = new URLSearchParams(search || "");
  const key = name === "kind" ? "period" : name;
  if (!value || value === "any" || value === "then") { params.delete(key); }
  else { params.set(key, value); }
  if (name === "zone") { params.delete("province"); }
  const next = params.size ? "?" + params.toString() : "";
  return next === (search || "") ? dash_clientside.no_update : next;
}
"""

OPEN = """
function (clicks) {
  const context = dash_clientside.callback_context;
  if (!context.triggered.length || !context.triggered[0].value) { return ""; }
  const point = context.triggered[0].value.points[0];
  const link = Array.isArray(point.customdata) ? point.customdata[0] : point.customdata;
  if (typeof link === "string" && link.startsWith("/figures/")) { window.location.assign(link); }
  return "";
}
"""


def control(name: str) -> dict[str, str]:
    """Id of a control."""
    return {"type": "filter", "name": name}


def chart(name: str) -> dict[str, str]:
    """Id of a chart."""
    return {"type": "chart", "name": name}


def args_of(search: str | None) -> dict[str, str]:
    """The parameters of an address; of one given twice the last counts.

    Raises:
        Refused: there are far too many.
    """
    try:
        return dict(parse_qsl((search or "").removeprefix("?"), max_num_fields=40))
    except ValueError:
        raise Refused(_("The address of this page could not be read.")) from None


def query_of(question: Asked, **extra: Value) -> dict[str, str]:
    """The parameters that name a question, the plainest way."""
    found: dict[str, Value] = {} if question.life else {"period": question.period.code}
    found |= {name: values[0] for name, values in question.cut.where if name in LIMITS}
    if question.cut.as_of == "now":
        found["as_of"] = "now"
    found |= extra
    return {name: str(value) for name, value in found.items() if value not in (None, "")}


def page_link(path: str, question: Asked, **extra: Value) -> str:
    """Address of a page for a question."""
    return f"{path}?{urlencode(query_of(question, **extra))}"


def rows_link(measure: str, question: Asked, **limits: Any) -> str:
    """Address of the rows behind a figure; a cell without a value has none of its own."""
    values: dict[str, Any] = query_of(question, **limits) | {"measure": measure}
    return url_for("figures.rows", **values)
