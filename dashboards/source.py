"""Where the files of a page are had: addresses that carry the page's own filters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import url_for

from registry.assets import version
from registry.geography.seed import DATA

HOME = "overview"
OUTLINES = DATA / "provinces.geojson"
_OTHER = re.compile(r"[^0-9A-Za-z]+")


def name_of_page(path: str) -> str:
    """A page's short name: the last part of its address."""
    last = path.rstrip("/").rpartition("/")[2]
    return HOME if last == "dashboards" else last


def outlines() -> str:
    """Address of the outlines of the provinces, for maps."""
    return url_for("dashboards.outlines_static", v=version(OUTLINES))


@dataclass(frozen=True)
class Source:
    """A page with its filters.

    Attributes:
        page: its short name.
        code: of its period, as far as it is known.
        args: the parameters of its address.
    """

    page: str
    code: str = ""
    args: Mapping[str, str] = field(default_factory=dict)

    def file_name(self, form: str, exhibit: str = "") -> str:
        """Name of a file in ASCII; of the whole page where no exhibit is named."""
        told = "-".join(filter(None, ("sang", self.page, exhibit, self.code)))
        return f"{_OTHER.sub('-', told).strip('-')[:120]}.{form}"

    def page_file(self, form: str) -> str:
        """Address of the whole page as a file."""
        return self._with_filters(url_for("dashboards.page_file", name=self.page, form=form))

    def exhibit_file(self, exhibit: str, form: str) -> str:
        """Address of one exhibit as a file."""
        return self._with_filters(
            url_for("dashboards.exhibit_file", name=self.page, exhibit=exhibit, form=form)
        )

    def _with_filters(self, address: str) -> str:
        return f"{address}?{urlencode(self.args)}" if self.args else address
