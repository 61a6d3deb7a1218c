"""Triggers that mark what a change of facts changes in the rollups.

SQLite runs them for each row and writes one mark an epoch; PostgreSQL runs them once for each
statement over its transition tables, planned anew each time, since a plan for one row would be
wrong for a million.  Both see only changes of columns that measures read.  Of recipients and
disseminations single pairs are kept instead; see :mod:`registry.facts.rollups.touch_triggers`.
"""

# ruff: noqa: S608 (all parts are names and constants of the code)
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from registry.facts.groups import DORMANT_MONTHS
from registry.facts.notices import CORRECTED, NOTICES, WITHDRAWN
from registry.facts.people import CONFIRMED_MONTHS
from registry.facts.rollups import touch_triggers
from registry.facts.rollups.models import OPEN_END
from registry.facts.schema import COLUMNS
from registry.messages.ledger_models import LIVE
from registry.outbox.models import DeliveryState
from registry.periods.models import TimeStandard

VERBS = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Rule:
    """What a changed row ``r`` of a table marks.

    Attributes:
        month, until: SQL of the first and the last month; ``until`` is the first unless given.
        province: SQL; all provinces unless given.
        more: joins and conditions after ``FROM r``.
        verbs: the changes that count.
    """

    table: str
    mark: str
    month: str
    until: str = ""
    province: str = "''"
    more: str = ""
    verbs: tuple[str, ...] = VERBS


def _quoted(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_SPAN = "JOIN member_span s ON s.member_id = r.member_id"
_SPANNED = ("[s.from_on]", f"COALESCE([s.to_on], {OPEN_END})", "s.province_code")
_LASTS = ("[r.from_on]", f"COALESCE([r.to_on], {OPEN_END})")
_OTHER = (
    "WHERE NOT EXISTS (SELECT 1 FROM dissemination d WHERE d.member_id = r.member_id "
    f"AND d.{{same}} = r.{{same}} AND d.id <> r.id AND d.state IN ({_quoted(LIVE)}))"
)
_PUBLISHED = "JOIN publication p ON p.message_id = r.message_id"
_NOTICE = f"EXISTS (SELECT 1 FROM release e WHERE e.id = r.release_id AND e.purpose IN ({_quoted(NOTICES)}))"  # noqa: E501
_ALWAYS = ("0", str(OPEN_END))
LEDGER = ("recipients", "disseminations", "publications")
FLOWS = (*LEDGER, "questions", "news", "arrivals", "departures", "foundings")
STOCKS = ("members", "records", "networks", "channels", "districts", "cohorts")
_CHANGED = (CORRECTED, WITHDRAWN)


def _rules() -> Iterator[Rule]:
    yield from _ledger()
    yield from _notices()
    yield from _people()
    yield from _groups()
    yield from _reference()


def _ledger() -> Iterator[Rule]:
    passed = "dissemination"
    # Records and networks ask for any sign of life: one more in the same month, or day, is none.
    alive = f"{_SPAN} {_OTHER.format(same='month')}"
    until = f"r.month + {CONFIRMED_MONTHS - 1}"
    yield Rule(passed, "records", "r.month", until, "s.province_code", alive)
    there = f"JOIN network_member n ON n.member_id = r.member_id {_OTHER.format(same='on')}"
    yield Rule(passed, "networks", "r.month", f"r.month + {DORMANT_MONTHS - 1}", more=there)
    yield Rule("publication", "publications", "r.month")
    yield Rule("publication", "recipients", "r.month", verbs=VERBS[1:])
    yield Rule("publication", "networks", "r.month", f"r.month + {DORMANT_MONTHS - 1}")
    yield Rule("member_news", "news", "r.month")
    yield Rule("question", "questions", "r.month")
    settled = "JOIN question q ON q.id = r.question_id"
    yield Rule("question_resolution", "questions", "q.month", more=settled)


def _notices() -> Iterator[Rule]:
    changed = f"{_PUBLISHED} WHERE r.after IN ({_quoted(_CHANGED)})"
    for mark in ("recipients", "publications"):
        yield Rule("message_move", mark, "p.month", more=changed)
    told = f"{_PUBLISHED} WHERE r.purpose IN ({_quoted(NOTICES)})"
    yield Rule("release", "recipients", "p.month", more=told)
    sent = f"{_NOTICE} AND r.state = '{DeliveryState.SENT.value}'"
    one = "JOIN recipient p ON p.message_id = r.message_id AND p.member_id = r.member_id"
    yield Rule("delivery", "recipients", "p.month", "", "p.province_code", f"{one} WHERE {sent}")
    group = f"{_PUBLISHED} AND p.channel_id = r.channel_id WHERE r.member_id IS NULL AND {sent}"
    yield Rule("delivery", "recipients", "p.month", more=group)


def _people() -> Iterator[Rule]:
    for mark in ("members", "records"):
        yield Rule("member_span", mark, *_LASTS, "r.province_code")
    for mark in ("channels", "districts", "cohorts"):
        yield Rule("member_span", mark, *_LASTS)
    yield Rule("member_span", "arrivals", "[r.from_on]")
    yield Rule("member_span", "departures", "[r.to_on]", more="WHERE r.to_on IS NOT NULL")
    # A new member has no span yet; the span will mark what it changes.
    known, spans = VERBS[1:], "JOIN member_span s ON s.member_id = r.id"
    yield Rule("member", "records", *_SPANNED, spans, known)
    yield Rule("member", "districts", *_SPANNED[:2], "''", spans, known)
    yield Rule("consent", "records", *_SPANNED, _SPAN)


def _groups() -> Iterator[Rule]:
    founded = "[r.founded_on]"
    yield Rule("network", "networks", founded, str(OPEN_END))
    yield Rule("network", "foundings", founded)
    yield Rule("network", "channels", *_ALWAYS)
    yield Rule("network_member", "networks", "[r.from_on]", str(OPEN_END))
    yield Rule("channel", "channels", "[r.opened_on]", str(OPEN_END))
    served = "WHERE r.network_id IS NOT NULL"
    yield Rule("channel", "networks", "[r.opened_on]", str(OPEN_END), more=served)
    yield Rule("audience_count", "channels", "[r.on]", str(OPEN_END))


def _reference() -> Iterator[Rule]:
    for mark in (*FLOWS, *STOCKS):
        yield Rule("province_zone", mark, "[r.valid_from]", str(OPEN_END), "r.province_code")
    for mark in (*LEDGER, "foundings", "networks", "channels"):
        yield Rule("office", mark, *_ALWAYS)
    yield Rule("district", "districts", *_ALWAYS)
    for mark in ("recipients", "publications", "questions"):
        yield Rule(TimeStandard.__tablename__, mark, "[r.valid_from]", str(OPEN_END))


RULES = tuple(_rules())
TABLES = tuple(dict.fromkeys(rule.table for rule in RULES))
"""Tables whose changes are marked."""


def install(connection: Connection) -> None:
    """Make the triggers, in place of those that are there."""
    remove(connection)
    touch_triggers.install(connection)
    make = _make_sqlite if connection.dialect.name == "sqlite" else _make_postgresql
    for table in TABLES:
        for verb in VERBS:
            rules = [rule for rule in RULES if rule.table == table and verb in rule.verbs]
            for statement in make(table, verb, rules) if rules else ():
                connection.execute(text(statement))


def remove(connection: Connection) -> None:
    """Take the triggers away; changes are then not marked, so a rebuild must follow."""
    touch_triggers.remove(connection)
    for table in TABLES:
        for verb in VERBS:
            touch_triggers.drop(connection, _name(table, verb))


def _name(table: str, verb: str) -> str:
    return f"fact_mark_{table}_{verb.lower()}"


def _columns(table: str, prefix: str) -> str:
    return ", ".join(f'{prefix}"{name}" AS "{name}"' for name in COLUMNS[table])


def _selects(rules: Sequence[Rule], changed: str, dialect: str) -> str:
    """All marks of the changed rows, as one query."""
    return " UNION ".join(
        f"SELECT '{rule.mark}' AS mark, {_months(rule.month, dialect)} AS month, "
        f"{_months(rule.until or rule.month, dialect)} AS until, "
        f"COALESCE({rule.province}, '') AS province FROM {changed} {_months(rule.more, dialect)}"
        for rule in rules
    )


def _months(sql: str, dialect: str) -> str:
    """SQL in which ``[day]`` stands for the number of a day's month; ``on`` is a keyword."""
    for name in ("r", "s", "d"):
        sql = sql.replace(f"{name}.on", f'{name}."on"')
    before, _, rest = sql.partition("[")
    if not rest:
        return sql
    day, _, after = rest.partition("]")
    if dialect == "sqlite":
        number = f"(CAST(strftime('%Y', {day}) AS INTEGER) * 12 + CAST(strftime('%m', {day}) AS INTEGER) - 1)"  # noqa: E501
    else:
        number = f"(EXTRACT(YEAR FROM {day}) * 12 + EXTRACT(MONTH FROM {day}) - 1)::int"
    return f"{before}{number}{_months(after, dialect)}"


_INTO = "INSERT INTO fact_mark (epoch, mark, month, until, province, at)"


def _make_sqlite(table: str, verb: str, rules: Sequence[Rule]) -> Iterator[str]:
    sides = {"INSERT": ("NEW.",), "DELETE": ("OLD.",), "UPDATE": ("NEW.", "OLD.")}[verb]
    changed = " UNION ".join(f"SELECT {_columns(table, side)}" for side in sides)
    differs = " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in COLUMNS[table])
    when = f"WHEN {differs} " if verb == "UPDATE" else ""
    yield (
        f"CREATE TRIGGER {_name(table, verb)} AFTER {verb} ON {table} {when}BEGIN {_INTO} "
        "SELECT e.epoch, m.mark, m.month, m.until, m.province, CURRENT_TIMESTAMP FROM "
        f"({_selects(rules, f'({changed}) AS r', 'sqlite')}) AS m, fact_state AS e "
        "WHERE NOT EXISTS (SELECT 1 FROM fact_mark AS k WHERE k.epoch = e.epoch "
        "AND k.mark = m.mark AND k.month = m.month AND k.until = m.until "
        "AND k.province = m.province); END"
    )


def _make_postgresql(table: str, verb: str, rules: Sequence[Rule]) -> Iterator[str]:
    named = {"INSERT": "NEW TABLE AS added", "DELETE": "OLD TABLE AS removed"}
    named["UPDATE"] = f"{named['DELETE']} {named['INSERT']}"
    names = ", ".join(f'"{name}"' for name in COLUMNS[table])
    changed = {
        "INSERT": f"(SELECT {names} FROM added)",
        "DELETE": f"(SELECT {names} FROM removed)",
        "UPDATE": f"((SELECT {names} FROM added EXCEPT SELECT {names} FROM removed) UNION ALL "
        f"(SELECT {names} FROM removed EXCEPT SELECT {names} FROM added))",
    }[verb]
    select = _selects(rules, f"{changed} AS r", "postgresql")
    name = _name(table, verb)
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
        f"EXECUTE $query$ {_INTO} SELECT e.epoch, m.mark, m.month, m.until, m.province, "
        f"CURRENT_TIMESTAMP FROM ({select}) AS m, fact_state AS e $query$; RETURN NULL; END $body$"
    )
    yield (
        f"CREATE TRIGGER {name} AFTER {verb} ON {table} REFERENCING {named[verb]} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )
