"""The rules of measures that a random recount would not tell apart, each on a case of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from registry.access.models import Office
from registry.access.scope import Scope
from registry.channels.models import Channel
from registry.db import begin_write, db, unit_of_work
from registry.errors import Refused
from registry.facts.cuts import cut
from registry.facts.evaluate import evaluate
from registry.facts.histograms import BUCKETS, median
from registry.facts.measures import MEASURES
from registry.facts.query import Duck, Live
from registry.facts.schema import COLUMNS
from registry.facts.series import series
from registry.facts.spans import Months
from registry.members.models import Member
from registry.messages.exchange_models import QuestionResolution
from registry.messages.ledger_models import Dissemination, Question, Recipient
from registry.messages.models import KeyMessage, Publication
from registry.networks.models import Network, NetworkMember
from registry.periods.calendar import month_of
from tests import cast
from tests.facts_world import RICH, World

QUARTER = Months(month_of(date(2025, 10, 1)), month_of(date(2025, 12, 1)))
HALF = Months(QUARTER.first, QUARTER.first + 5)


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    """A random world, rolled back at the end."""
    with app.app_context():
        begin_write()
        world = World(RICH)
        world.insert()
        yield world
        db.session.rollback()


def value(name: str, scope: Scope | None = None, months: Months = HALF, **where: str) -> object:
    """One figure."""
    return evaluate(scope or Scope.all(), [name], months, cut((), where))[0].value


def _pass_on(world: World, number: int, audience: int | None) -> int:
    """A dissemination of one message in one channel, the later the higher its number."""
    at = datetime(2025, 11, 10, 3, tzinfo=UTC) + timedelta(days=number)
    row = Dissemination(
        id=10_000 + number,
        month=month_of(at.date()),
        message_id=world.tables[KeyMessage][0]["id"],
        member_id=world.tables[Member][0]["id"],
        channel_id=world.tables[Channel][0]["id"],
        office_id=world.offices["P50"],
        province_code="50",
        network_type="youth",
        channel_kind="facebook",
        message_kind="public_use",
        at=at,
        on=at.date(),
        audience_potential=audience,
        audience_reported=7,
        state="reported",
        source="form",
        recorded_at=at,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _set_state(row: int, state: str) -> None:
    db.session.execute(update(Dissemination).where(Dissemination.id == row).values(state=state))


def test_a_channel_counts_once_per_message_and_the_next_one_inherits(world: World) -> None:
    db.session.execute(Dissemination.__table__.delete())
    first, second, third = (
        _pass_on(world, n, audience) for n, audience in enumerate((100, 250, 40))
    )
    assert value("reach_potential") == 100
    assert value("reach_reported") == 21
    _set_state(first, "withdrawn")
    assert value("reach_potential") == 250
    assert value("reach_reported") == 14
    _set_state(second, "sent_back")
    assert value("reach_potential") == 40
    _set_state(third, "withdrawn")
    assert value("reach_potential") is None


def test_the_first_dissemination_carries_its_potential_in_its_own_month(world: World) -> None:
    db.session.execute(Dissemination.__table__.delete())
    first = _pass_on(world, 0, 100)
    _pass_on(world, 40, 250)
    november, december = (Months(m, m) for m in (QUARTER.first + 1, QUARTER.first + 2))
    assert value("reach_potential", months=november) == 100
    assert value("reach_potential", months=december) is None
    _set_state(first, "withdrawn")
    assert value("reach_potential", months=november) is None
    assert value("reach_potential", months=december) == 250


def test_an_unknown_audience_is_absent_and_not_none_at_all(world: World) -> None:
    db.session.execute(Dissemination.__table__.delete())
    _pass_on(world, 0, None)
    assert value("disseminations") == 1
    assert value("reach_potential") is None
    assert value("reach_reported") == 7
    assert value("reach_evidenced") is None


def test_a_rate_never_passes_one_when_non_recipients_pass_on(world: World) -> None:
    db.session.execute(Dissemination.__table__.delete())
    before = value("passed_on")
    db.session.execute(Recipient.__table__.delete())
    _pass_on(world, 0, 10)
    assert (before, value("passed_on"), value("pass_on_rate")) == (0, 0, None)
    assert value("members_passing_on") == 1


def test_a_province_sees_its_own_and_nothing_else(world: World) -> None:
    names = [name for name, one in MEASURES.items() if "province" in one.dimensions]

    def values(scope: Scope, **where: str) -> dict[str, object]:
        found = evaluate(scope, names, HALF, cut((), where))
        return {figure.measure: figure.value for figure in found}

    mine = values(Scope.of_provinces("50"))
    assert mine.keys() == set(names)
    assert mine == values(Scope.all(), province="50")
    cells = evaluate(Scope.of_provinces("50"), names, HALF, cut(["province"]))
    assert {(figure.measure, figure.cell) for figure in cells} <= {
        (name, ("50",)) for name in names
    }
    assert not any(values(Scope()).values())
    assert any(mine.values())


def test_a_regional_office_belongs_to_those_who_see_its_whole_zone(world: World) -> None:
    zone = Scope.of_provinces(*(code for code, of in world.zones.items() if of == 3))
    part = Scope.of_provinces("50", "52")
    regional = world.offices["R3"]
    made = select(Publication.id).where(Publication.office_id == regional)
    db.session.execute(Recipient.__table__.delete())
    _publish_for(world, regional)
    wanted = len(db.session.scalars(made.where(Publication.month >= HALF.first)).all())
    assert wanted > 0
    assert value("publications", zone, office="R3") == wanted
    assert value("publications", part, office="R3") == 0


def _publish_for(world: World, office: int) -> None:
    """One publication of an office without a province, whatever the random world holds."""
    at = datetime(2025, 11, 10, 3, tzinfo=UTC)
    db.session.execute(Publication.__table__.delete())
    db.session.add(
        Publication(
            month=month_of(at.date()),
            message_id=world.tables[KeyMessage][0]["id"],
            channel_id=world.tables[Channel][0]["id"],
            office_id=office,
            province_code=None,
            channel_kind="line_group",
            message_kind="public_use",
            at=at,
            on=at.date(),
        )
    )
    db.session.flush()


def test_a_bureau_sees_what_its_own_publications_brought_about(world: World) -> None:
    bureau = Scope(network_offices=frozenset({world.offices["C-NNT"]}))
    own = ("publications", "recipients", "received", "disseminations", "reach_reported")
    for name in own:
        assert value(name, bureau) == value(name, office="C-NNT"), name
    assert value("districts_covered_rate", bureau) is None


def test_duckdb_gives_the_same_figures(world: World) -> None:
    with duckdb.connect(":memory:") as duck:
        for name, columns in COLUMNS.items():
            _copy(duck, name, columns)
        for by in ((), ("zone",), ("month",)):
            names = [name for name, one in MEASURES.items() if set(by) <= one.dimensions]
            live = evaluate(Scope.all(), names, HALF, cut(by))
            again = evaluate(Scope.all(), names, HALF, cut(by), Duck(duck))
            assert [(f.measure, f.cell) for f in again] == [(f.measure, f.cell) for f in live]
            assert [f.value for f in again] == pytest.approx([f.value for f in live])


def _copy(duck: duckdb.DuckDBPyConnection, name: str, columns: tuple[str, ...]) -> None:
    """Copy a table into DuckDB with the types of the schema."""
    from registry.facts.schema import table

    kinds = table(name).schema().items()
    types = {"int64": "BIGINT", "date": "DATE", "boolean": "BOOLEAN", "string": "VARCHAR"}
    columns_sql = ", ".join(
        f'"{key}" {types.get(str(kind).lower(), "TIMESTAMP")}' for key, kind in kinds
    )
    duck.execute(f'CREATE TABLE "{name}" ({columns_sql})')
    quoted = ", ".join(f'"{column}"' for column in columns)
    rows = Live().fetch(f'SELECT {quoted} FROM "{name}"')
    if rows:
        marks = ", ".join("?" for _ in columns)
        duck.executemany(f'INSERT INTO "{name}" VALUES ({marks})', [list(row) for row in rows])


def test_a_series_equals_each_span_asked_alone(world: World) -> None:
    spans = [QUARTER, Months(QUARTER.last + 1, HALF.last)]
    names = [name for name in MEASURES if name != "districts_covered_rate"]
    found = series(Scope.all(), names, spans, cut())
    for span in spans:
        alone = {figure.measure: figure for figure in evaluate(Scope.all(), names, span)}
        for name in names:
            assert found.figure(name, span) == alone[name], name


def test_a_cut_that_a_measure_does_not_know_is_refused(app: Flask) -> None:
    with app.app_context(), pytest.raises(Refused, match="members_active"):
        evaluate(Scope.all(), ["members_active"], HALF, cut(["channel_kind"]))


@pytest.mark.parametrize(
    ("by", "where", "as_of"),
    [(["moon"], {}, "then"), ([], {"zone": "x"}, "then"), ([], {}, "later")],
)
def test_what_is_no_cut_is_refused(
    app: Flask, by: list[str], where: dict[str, str], as_of: str
) -> None:
    with app.app_context(), pytest.raises(Refused):
        cut(by, where, as_of)


def test_text_in_a_limit_is_a_value_and_never_sql(world: World) -> None:
    hostile = "50' OR '1'='1"
    assert value("members_active", province=hostile) == 0
    assert value("recipients", topic="x'); DROP TABLE recipient; --") == 0
    assert db.session.scalars(select(Office.id)).first()


@pytest.mark.parametrize("minutes", [0, 4, 5, 29, 61, 700, 5000])
def test_a_median_lies_in_the_bucket_of_the_true_one(minutes: int) -> None:
    waits = [1, minutes, 9_000_000]
    counts = [sum(low <= w and (high is None or w < high) for w in waits) for low, high in BUCKETS]
    found, true = median(counts), sorted(waits)[1]
    low, high = next((a, b) for a, b in BUCKETS if a <= true and (b is None or true < b))
    assert found is not None
    assert low <= found <= (high or found)
    assert median([0] * len(BUCKETS)) is None


def test_six_months_without_a_sign_of_life_are_six_whole_ones(world: World) -> None:
    """The last of March is over at the end of September, though 30 September knows no 31st."""
    network = Network(
        name="เครือข่ายเงียบ",
        type_code="youth",
        office_id=world.offices["P50"],
        province_code="50",
        created_at=datetime(2020, 1, 1, tzinfo=UTC),
    )
    network.founded_on = long_ago = date(2020, 1, 1)
    db.session.add(network)
    db.session.flush()
    member = world.tables[Member][0]["id"]
    db.session.add(NetworkMember(network_id=network.id, member_id=member, from_on=long_ago))
    there = delete(NetworkMember).where(NetworkMember.network_id != network.id)
    db.session.execute(there)
    last = month_of(date(2025, 9, 30))
    months = [Months(month, month) for month in (last - 1, last)]
    dormant = [value("networks_dormant", months=one) for one in months]
    day, row = date(2025, 3, 31), _pass_on(world, 0, 10)
    values = {"on": day, "month": month_of(day), "member_id": member}
    db.session.execute(update(Dissemination).where(Dissemination.id == row).values(values))
    since = [value("networks_dormant", months=one) for one in months]
    assert since == [dormant[0] - 1, dormant[1]]


@pytest.mark.parametrize(
    "topic",
    ["น้ำท่วม", "a'b", 'a"b', "a\\", "<topic 1>', '<topic 2>", "'<province 1>', '<province 2>'"],
)
def test_a_limit_says_what_it_means_whatever_is_written_in_it(world: World, topic: str) -> None:
    before = value("disseminations")
    assert before
    assert value("disseminations", topic=topic) == 0
    db.session.execute(update(KeyMessage).values(topic=topic))
    assert value("disseminations", topic=topic) == before
    assert value("disseminations", topic=[topic, None], province="50") == value(
        "disseminations", province="50"
    )


def test_who_left_a_bureaus_network_is_not_there_at_the_end(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            membership = select(NetworkMember).where(
                NetworkMember.network_id == cast.network("C-NNT").id,
                NetworkMember.member_id == cast.member("dao50").id,
            )
            db.session.scalars(membership).one().to_on = date(2025, 10, 2)
        scope = Scope(network_offices=frozenset({cast.network("C-NNT").office_id}))
        names = ["members_active", "retention_rate", "channels_active"]
        found = evaluate(scope, names, QUARTER)
        now = {one.measure: one for one in found}
        assert now["members_active"].value == 1
        assert (now["retention_rate"].numerator, now["retention_rate"].denominator) == (2, 2)
        assert now["channels_active"].value == 2  # the network's group, and the one member's


def _ask(world: World, asked: datetime, answered: datetime | None) -> None:
    row = world.tables[Question][0]
    given = {"asked_at": asked, "answered_at": answered, "month": month_of(asked.date())}
    place = {name: row[name] for name in ("member_id", "province_code", "network_type")}
    db.session.add(Question(**place, **given, on=asked.date(), text="x"))
    db.session.flush()


def test_a_question_is_late_only_when_its_time_is_over(world: World) -> None:
    """Two days are allowed: one answered at once, one not, asked at noon of the 10th (Bangkok)."""
    db.session.execute(delete(QuestionResolution))
    db.session.execute(delete(Question))
    noon = datetime(2025, 11, 10, 5, tzinfo=UTC)
    _ask(world, noon, noon + timedelta(minutes=5))
    _ask(world, noon, None)

    def rate(day: int) -> object:
        asked = cut((), {}, "then", date(2025, 11, day))
        return evaluate(Scope.all(), ["answer_on_standard_rate"], HALF, asked)[0].value

    assert [rate(day) for day in (11, 12, 13)] == [1, 1, 0.5]
