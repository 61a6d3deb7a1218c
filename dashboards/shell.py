"""Dash inside the application: one sign-in, one header and menu, one content security policy.

Dash 4 offers pages of its own; a single router callback is used instead, because it can be
checked completely: it takes two strings from the browser (path and query), and how often a
wall asked again.
"""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from flask import Blueprint, Flask, Response, render_template, request, send_file
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from dashboards import file_views, guard, navigation, router
from dashboards.source import OUTLINES
from registry.access.gate import allow, scope
from registry.access.roles import Permission
from registry.facts.saved_view_queries import saved_views
from registry.facts.saved_view_services import LONGEST_NAME
from registry.ui import MenuItem, add_menu

PREFIX = "/dashboards/"
ASSETS = f"{PREFIX}_dash-component-suites/"
AGAIN = 5 * 60 * 1000
"""Milliseconds after which a page on a wall is asked for again."""
bp = Blueprint("dashboards", __name__, template_folder="templates")


@bp.get(f"{PREFIX}provinces.geojson", endpoint="outlines_static")
@allow(Permission.FIGURES_VIEW)
def outlines() -> Response:
    """The outlines of the provinces, for the map."""
    return send_file(OUTLINES, mimetype="application/geo+json")


bp.get(f"{PREFIX}files/<name>.<form>")(file_views.page_file)
bp.get(f"{PREFIX}files/<name>/<exhibit>.<form>")(file_views.exhibit_file)


class Shell(Dash):
    """Dash whose page is a page of the site, made anew for each request."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        """The site's own page with Dash's parts in it."""
        title = dict(router.titles()).get(request.path, "")
        return render_template(
            "dashboards/index.html",
            title=title,
            dash=parts,
            wall=request.args.get("wall") == "1",
            saved=saved_views(scope(), current_user.id),
            longest=LONGEST_NAME,
        )


def layout() -> html.Div:
    """What every page begins with: the address, and room for the page that it names."""
    return html.Div(
        [
            dcc.Location(id="url", refresh=False),
            dcc.Interval(id="clock", interval=AGAIN, disabled=True),
            html.Div(html.P(_("Loading figures…"), className="empty"), id="page"),
            html.Div(id="opened", hidden=True),
        ]
    )


def _build(app: Flask) -> Shell:
    shell = Shell(
        __name__,
        server=app,  # type: ignore[arg-type]
        url_base_pathname=PREFIX,
        include_assets_files=False,
        serve_locally=True,
        suppress_callback_exceptions=True,
        title="Sang",
        update_title="",
        add_log_handler=False,
        enable_mcp=False,
    )
    shell.layout = layout
    _callbacks(shell)
    return shell


def _callbacks(shell: Shell) -> None:
    shell.callback(
        Output("page", "children"),
        Input("url", "pathname"),
        Input("url", "search"),
        Input("clock", "n_intervals"),
    )(router.show)
    shell.clientside_callback(  # type: ignore[no-untyped-call]
        navigation.CHANGE,
        Output("url", "search"),
        Input(navigation.CONTROLS, "value"),
        Input(navigation.BUTTONS, "n_clicks"),
        State(navigation.TICKS, "value"),
        State(navigation.TICKS, "id"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    shell.clientside_callback(  # type: ignore[no-untyped-call]
        navigation.ON_A_WALL, Output("clock", "disabled"), Input("url", "search")
    )
    shell.clientside_callback(  # type: ignore[no-untyped-call]
        navigation.OPEN,
        Output("opened", "children"),
        Input(navigation.CHARTS, "clickData"),
        prevent_initial_call=True,
    )


def _csrf_cookie(response: Response) -> Response:
    """Dash reads its token from a cookie and sends it as a header."""
    is_page = response.mimetype == "text/html" and response.status_code == 200
    if is_page and request.path.startswith(PREFIX):
        response.set_cookie(
            "_csrf_token", generate_csrf(), path=PREFIX, secure=True, samesite="Strict"
        )
    return response


def init_app(app: Flask) -> None:
    """Install Dash, its marks for the gate, its guard, and the ways in."""
    app.register_blueprint(bp)
    shell = _build(app)
    app.extensions["sang_marks"].update(
        {
            f"{PREFIX}*": Permission.FIGURES_VIEW,
            "_dashboards_dash_assets.*": Permission.FIGURES_VIEW,
        }
    )
    guard.init_app(app, shell)
    app.after_request(_csrf_cookie)
    app.extensions["sang_csp_hashes"] = list(shell.csp_hashes())
    add_menu(
        app,
        MenuItem("figures", PREFIX, _l("Overview"), Permission.FIGURES_VIEW, 10),
        MenuItem(
            "figures", f"{PREFIX}message", _l("Message by message"), Permission.FIGURES_VIEW, 15
        ),
        MenuItem(
            "figures",
            f"{PREFIX}dissemination",
            _l("Receiving and passing on"),
            Permission.FIGURES_VIEW,
            12,
        ),
        MenuItem(
            "figures", f"{PREFIX}questions", _l("Questions and news"), Permission.FIGURES_VIEW, 17
        ),
        MenuItem(
            "figures", f"{PREFIX}network", _l("Network and coverage"), Permission.FIGURES_VIEW, 11
        ),
        MenuItem("figures", f"{PREFIX}quality", _l("Data quality"), Permission.FIGURES_VIEW, 18),
        MenuItem(
            "figures", f"{PREFIX}reports", _l("Figures by period"), Permission.FIGURES_VIEW, 20
        ),
    )
