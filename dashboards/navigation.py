"""Filters live in the address: a changed control changes the address, in the browser; the page
that the address names is then made on the server.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from dash import ALL
from flask_babel import gettext as _

from registry.errors import Refused
from registry.facts.asked import LIMITS, Asked
from registry.facts.cuts import Value

ROWS = "/figures/rows"
"""Address of the rows behind a figure: a page has hundreds of them."""
CONTROLS = {"type": "filter", "name": ALL}
TICKS = {"type": "ticks", "name": ALL, "part": ALL}
BUTTONS = {"type": "press", "does": ALL, "name": ALL, "value": ALL}
CHARTS = {"type": "chart", "name": ALL}

CHANGE = """
// A person changes one control at a time; all at once are those of a page just made.
function (values, pressed, ticked, groups, search) {
  const { triggered } = dash_clientside.callback_context;
  if (triggered.length !== 1) { return dash_clientside.no_update; }
  const { prop_id, value } = triggered[0];
  const id = JSON.parse(prop_id.replace(/[.](value|n_clicks)$/, ""));
  if (id.type === "press" && !value) { return dash_clientside.no_update; }
  const params = new URLSearchParams(search || "");
  const put = (key, text) => {
    if (!text || text === "any" || text === "then") { params.delete(key); }
    else { params.set(key, text); }
  };
  const only = (wanted) => ["period", "from", "to"].forEach((key) => put(key, wanted[key]));
  const choose = (name, value) => {
    const months = { from: params.get("from"), to: params.get("to"), [name]: value };
    if (name === "from" || name === "to") {
      if (months.from > months.to) { months.from = months.to = value; }
      only(months);
    } else if (name === "kind" || name === "period") {
      const [from, to] = value.split("..");
      only(to ? { from, to } : { period: value });
    } else { put(name, value); }
  };
  const places = (ticks) => {
    const whole = ticks.flat().filter((tick) => tick.startsWith("zone:"));
    const alone = ticks.flatMap((group) =>
      group.some((tick) => tick.startsWith("zone:")) ? [] : group);
    put("zone", alone.length ? "" : whole.map((tick) => tick.split(":")[1]).join(","));
    const inside = whole.flatMap((tick) => tick.split(":")[2].split(","));
    put("province", alone.length ? [...inside, ...alone].join(",") : "");
  };
  const presses = {
    apply() {
      const ticks = ticked.filter((_, place) => groups[place].name === id.name);
      if (id.name === "place") { places(ticks.map((group) => group || [])); }
      else { put(id.name, ticks.flat().filter(Boolean).join(",")); }
    },
    only() {
      ["zone", "province", "office"].forEach((key) => params.delete(key));
      params.set(id.name, id.value);
    },
    drop() {
      for (const name of id.name.split(",")) {
        const left = (params.get(name) || "").split(",").filter((one) => one !== id.value);
        put(name, id.value ? left.join(",") : "");
      }
    },
  };
  if (id.type === "press") { presses[id.does](); } else { choose(id.name, value || ""); }
  const next = params.size ? "?" + params.toString().replaceAll("%2C", ",") : "";
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

ON_A_WALL = """
function (search) { return new URLSearchParams(search || "").get("wall") !== "1"; }
"""


def control(name: str) -> dict[str, str]:
    """Id of a control that takes effect when it is changed."""
    return {"type": "filter", "name": name}


def ticks(name: str, part: str = "") -> dict[str, str]:
    """Id of boxes to tick; they take effect with the button ``apply`` of their name."""
    return {"type": "ticks", "name": name, "part": part}


def button(does: str, name: str, value: object = "") -> dict[str, str]:
    """Id of a button.

    Args:
        does: ``apply`` boxes, choose ``only`` one place, or ``drop`` one value of a parameter
            (without a value all of them; several parameters with commas between them).
    """
    return {"type": "press", "does": does, "name": name, "value": str(value)}


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


def query_of(question: Asked, **extra: Any) -> dict[str, str]:
    """The parameters that name a question, the plainest way; a limit's values with commas."""
    found: dict[str, Any] = {} if "period" in extra else dict(question.written)
    found |= {
        name: ",".join(str(value) for value in values)
        for name, values in question.cut.where
        if name in LIMITS
    }
    if question.cut.as_of == "now":
        found["as_of"] = "now"
    found |= extra
    return {name: str(value) for name, value in found.items() if value not in (None, "")}


def page_link(path: str, question: Asked, **extra: Value) -> str:
    """Address of a page for a question."""
    return f"{path}?{urlencode(query_of(question, **extra), safe=',')}"


def rows_link(measure: str, question: Asked, **limits: Any) -> str:
    """Address of the rows behind a figure; a cell without a value has none of its own."""
    values = query_of(question, **limits) | {"measure": measure}
    return f"{ROWS}?{urlencode(values, safe=',')}"
