"""The facts, month by month, in the order of their keys, as many as were asked for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.simulate.columns import Array, Table, together
from benchmarks.simulate.passing import dissemination_rows, pass_on
from benchmarks.simulate.plan import Plan
from benchmarks.simulate.reception import receive, recipient_rows
from benchmarks.simulate.sending import member_deliveries
from benchmarks.simulate.talk import news, questions
from benchmarks.simulate.world import World
from registry.db import Base
from registry.errors import Refused
from registry.messages.ledger_models import Dissemination, Recipient

KEYS: dict[type[Base], tuple[str, ...]] = {
    Recipient: ("member_id", "message_id", "month"),
    Dissemination: ("id", "month"),
}


class Facts:
    """Makes the facts.

    Attributes:
        questions, news, deliveries: found on the way; they are few and get their ids at the end.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.questions: list[Table] = []
        self.news: list[Table] = []
        self.deliveries: list[Table] = []
        self._later: dict[type[Base], list[Table]] = {Recipient: [], Dissemination: []}
        self._made: dict[str, int] = dict.fromkeys(
            ("recipients", "disseminations", "questions", "news"), 0
        )

    def __iter__(self) -> Iterator[Table]:
        """Rows of recipients and disseminations, month after month.

        Raises:
            Refused: in the end there are fewer than were asked for.
        """
        plan = self.world.plan
        share = _shares(self.world)
        months = self.world.messages.month[self.world.made.message]
        order = np.argsort(months, kind="stable")
        for number, month in enumerate(range(plan.first_month, plan.last_month + 1)):
            begin, end = np.searchsorted(months[order], [month, month + 1])
            self._month(number, month, order[begin:end], share[number])
            last = month == plan.last_month
            yield from self._ready(np.iinfo(np.int64).max if last else month)
        self._require_all(plan)

    def _month(self, number: int, month: int, which: Array, share: float) -> None:
        """Everything about one month's messages; ``share`` is that of all up to now."""
        world, plan = self.world, self.world.plan
        random = plan.random("facts", number)
        some = receive(world, random, which, self._missing("recipients", share))
        passed = pass_on(world, random, some, self._missing("disseminations", share))
        rows = dissemination_rows(world, random, some, passed, self._made["disseminations"])
        asked = questions(world, random, some, self._missing("questions", share))
        sent = news(world, random, month, self._missing("news", share))
        self._keep("recipients", recipient_rows(world, some), self._later[Recipient])
        self._keep("disseminations", rows, self._later[Dissemination])
        self._keep("questions", asked, self.questions)
        self._keep("news", sent, self.news)
        told = member_deliveries(world, random, some) if len(some) else None
        if told is not None:
            self.deliveries.append(told)

    def _missing(self, name: str, share: float) -> int:
        wanted: int = getattr(self.world.plan, name)
        return round(wanted * share) - self._made[name]

    def _keep(self, name: str, rows: Table | None, where: list[Table]) -> None:
        if rows is not None and len(rows):
            self._made[name] += len(rows)
            where.append(rows)

    def _ready(self, month: int) -> Iterator[Table]:
        """Rows up to a month: nothing of these months comes later."""
        for model, waiting in self._later.items():
            if not waiting:
                continue
            rows = together(waiting)
            over = rows["month"] <= month
            self._later[model] = [rows.take(~over)]
            rows = rows.take(over)
            yield rows.take(np.lexsort([rows[name] for name in KEYS[model]]))

    def _require_all(self, plan: Plan) -> None:
        found = sum(self._made.values())
        if found < plan.facts:
            raise Refused(
                f"only {found:,} of {plan.facts:,} facts came about: ask for fewer of them, or for "
                "more members or messages"
            )


def _shares(world: World) -> Array:
    """How much of everything there is by the end of each month, by room on the rosters."""
    plan, made = world.plan, world.made
    month = world.messages.month[made.message] - plan.first_month
    room = np.bincount(month, weights=made.roster, minlength=plan.months)
    total = np.cumsum(room)
    found: Array = total / max(1.0, total[-1])
    return found


def numbered(tables: list[Table], by: str) -> Table | None:
    """Rows of several tables as one, in the order of a column, with ids from 1 on."""
    if not tables:
        return None
    rows = together(tables)
    rows = rows.take(np.argsort(rows[by], kind="stable"))
    return Table(rows.model, {"id": np.arange(1, len(rows) + 1), **rows.columns})
