"""The least that a rebuild can do: DuckDB groups the facts by month and province, once."""

from __future__ import annotations

from benchmarks.bench.meter import Meter
from registry import create_app
from registry.facts import files

FACTS = ("recipient", "dissemination", "question", "member_news")


def main() -> None:
    """Report its time; the facts are read from the columnar files, in the memory of a rebuild."""
    app = create_app()
    with app.app_context(), Meter() as meter, files.source() as duck:
        facts = 0
        for name in FACTS:
            rows = duck.fetch(f"SELECT month, province_code, count(*) FROM {name} GROUP BY ALL")  # noqa: S608
            facts += sum(count for _month, _place, count in rows)
    meter.report(brought=facts)


if __name__ == "__main__":
    main()
