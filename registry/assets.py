"""Files of the site, of Bootstrap and of Dash: compressed once, and kept for a year by whoever
had them under an address that names their content.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from hashlib import blake2b, sha256
from pathlib import Path

import brotli
from flask import Flask, Response, request, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin

WAYS: dict[str, Callable[[bytes], bytes]] = {
    "br": partial(brotli.compress, quality=9),
    "gzip": gzip.compress,
}
"""How a file is compressed; the next quality of brotli takes ten times as long for a tenth less."""
YEAR = timedelta(days=365)


@cache
def version(path: Path) -> str:
    """What names a file's content in its address (``v=…``)."""
    return sha256(path.read_bytes()).hexdigest()[:12]


def is_asset() -> bool:
    """Whether one of these files is asked for."""
    endpoint = request.endpoint or ""
    return endpoint.endswith("static") or "_dash-component-suites" in request.path


class Sessions(SecureCookieSessionInterface):
    """A file is the same in every session.

    With ``Vary: Cookie`` browsers would fetch all of Dash anew for every page of the dashboards,
    since each of them sets a token.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep the session, unless a file was had."""
        if not (is_asset() and response.status_code in {200, 304}):
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Install ``asset(name)`` for templates, and what is said of a file."""
    app.session_interface = Sessions()
    app.jinja_env.globals["asset"] = _address_in(app)
    app.after_request(_shrink_in(app))
    app.after_request(_keep)


def _address_in(app: Flask) -> Callable[..., str]:
    def asset(name: str, part: str = "") -> str:
        """Address of a static file, of the site or of one of its parts (a blueprint)."""
        folder = app.blueprints[part].static_folder if part else app.static_folder
        endpoint = f"{part}.static" if part else "static"
        return url_for(endpoint, filename=name, v=version(Path(folder or "") / name))

    return asset


def _keep(response: Response) -> Response:
    if is_asset() and response.status_code in {200, 304}:
        said = response.cache_control
        if "v" in request.args:
            said.max_age, said.no_cache = int(YEAR.total_seconds()), None
        said.immutable = bool(said.max_age)  # Dash gives an age to what its address names
    return response


def _shrink_in(app: Flask) -> Callable[[Response], Response]:
    """What Flask-Compress would do again at every request, and for static files only by brotli,
    which browsers offer on encrypted lines alone.
    """
    smaller: dict[tuple[str, bytes], bytes] = {}

    def shrink(response: Response) -> Response:
        way = request.accept_encodings.best_match(WAYS)
        if way is None or not is_asset() or not _is_worth_it(app, response):
            return response
        response.direct_passthrough = False
        data = response.get_data()
        key = way, blake2b(data).digest()  # an address may be written in any number of ways
        if key not in smaller:
            smaller[key] = WAYS[way](data)
        response.set_data(smaller[key])
        response.headers["Content-Encoding"] = way
        tag, _is_weak = response.get_etag()
        if tag:
            response.set_etag(tag, weak=True)  # of the same content in other bytes
            response.make_conditional(request)
        return response

    return shrink


def _is_worth_it(app: Flask, response: Response) -> bool:
    return (
        response.status_code == 200
        and response.mimetype in app.config["COMPRESS_MIMETYPES"]
        and (response.content_length or 0) >= app.config["COMPRESS_MIN_SIZE"]
    )
