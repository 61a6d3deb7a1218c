"""Templates to download: a blank sign-up sheet for each network type."""

from __future__ import annotations

import io

from flask import send_file
from flask.typing import ResponseReturnValue

from importers.template import Districts, file_name, template
from importers.views import RUN, bp
from registry.access.gate import scope
from registry.access.scope import Scope
from registry.documents.workbook import XLSX
from registry.errors import NotFound
from registry.geography.queries import districts, provinces
from registry.networks.queries import networks_in
from registry.networks.types import type_for

__all__ = ["bp"]


@bp.get("/template/<code>")
@RUN
def blank_sheet(code: str) -> ResponseReturnValue:
    """The blank sheet of a network type, with the places and networks of the own scope."""
    kind = type_for(code)
    if not kind.active:
        raise NotFound
    networks = [one.name for one in networks_in(scope()) if one.type_code == code]
    data = template(kind, _districts(scope()), sorted(set(networks)))
    return send_file(
        io.BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=file_name(kind)
    )


def _districts(mine: Scope) -> Districts:
    """Districts by province, as far as somebody may bring members from there."""
    return {
        province.name_th: [district.name_th for district in districts(province.code)]
        for province in provinces()
        if mine.covers(province.code)
    }
