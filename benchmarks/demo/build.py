"""Building the demonstration, step by step; an unfinished one is finished, a whole one left."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import func, select

from benchmarks.demo import accounts, networks, sheets
from benchmarks.demo.answers import Members
from benchmarks.demo.campaign import Campaign
from benchmarks.demo.executive import act_on_reports, prepare_reports
from benchmarks.demo.line import talk_by_line
from benchmarks.demo.people import Crowd, Person
from benchmarks.demo.pictures import fill_libraries
from benchmarks.demo.waiting import departures, leave_open
from benchmarks.demo.words import write_reports
from registry.access.roles import Role
from registry.admin_commands import prepare
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.geography.queries import province_zones, provinces
from registry.members.models import Member
from registry.networks.models import Network
from registry.periods.calendar import Period, PeriodKind, to_bangkok_date
from registry.periods.dated import Dated, set_from
from registry.settings import Settings, demo_mark

SEED = 2568
QUARTERS_BACK = 5
FULLER = {"50": 46, "90": 40, "40": 38, "30": 36, "84": 32, "10": 44}


def build(app: Flask) -> None:
    """Fill the instance unless it is filled already.

    Raises:
        Refused: the instance holds something that is not the demonstration.
    """
    settings: Settings = app.extensions["sang_settings"]
    mark = demo_mark(settings)
    if mark.exists() and mark.read_text().startswith("whole"):
        prepare()
        return
    _clear_unfinished(settings, mark)
    prepare()
    _refuse_real_data(mark)
    mark.write_text("begun\n")
    _fill(app, settings)
    mark.write_text(f"whole {datetime.now(UTC).isoformat()}\n")


def _clear_unfinished(settings: Settings, mark: Path) -> None:
    """A demonstration that was stopped half-way begins anew; only its own files are removed."""
    if not mark.exists() or not settings.url.startswith("sqlite"):
        return
    db.engine.dispose()
    database = Path(settings.url.removeprefix("sqlite:///"))
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    shutil.rmtree(settings.archive, ignore_errors=True)
    shutil.rmtree(settings.uploads, ignore_errors=True)


def _refuse_real_data(mark: Path) -> None:
    if not mark.exists() and db.session.scalar(select(func.count()).select_from(Member)):
        raise Refused(
            "this instance holds members that are not the demonstration's; choose another"
        )


def _fill(app: Flask, settings: Settings) -> None:
    now = datetime.now(UTC)
    first = _first_day(to_bangkok_date(now))
    with click.progressbar(length=100, label="Demonstration") as bar:
        accounts.make_accounts(accounts.password_of(settings.instance))
        _ask_a_second_person(first)
        bar.update(8)
        networks.make_networks(first, SEED)
        bar.update(7)
        _import_sheets(settings.instance / "demo", first, to_bangkok_date(now))
        networks.gather_the_press()
        departures(SEED, first, to_bangkok_date(now))
        bar.update(30)
        _carry(first, now)
        leave_open(settings.instance / "demo", SEED, first, now)
        talk_by_line(SEED, now)
        fill_libraries(now)
        write_reports(SEED, first, to_bangkok_date(now))
        bar.update(30)
        prepare_reports(to_bangkok_date(now))
        _close(to_bangkok_date(now))
        act_on_reports(now)
        bar.update(25)


def _ask_a_second_person(first: date) -> None:
    """So few people are in the demonstration that no audience would ever be large."""
    actor, why = accounts.actor_of("C-PRDB", Role.ADMINISTRATOR), "ข้อมูลสาธิตมีสมาชิกไม่ถึงสองพันคน"
    with unit_of_work():
        set_from(Dated.LARGE_AUDIENCE, "500", first, why, actor, today=first)


def _first_day(today: date) -> date:
    """The first day of the fiscal quarter five before the present one."""
    period = Period.containing(today, PeriodKind.QUARTER)
    for _ in range(QUARTERS_BACK):
        period = period.previous()
    return period.start


def _import_sheets(folder: Path, first: date, last: date) -> None:
    """One workbook per zone, each in the handwriting of its office, through the importer."""
    from importers.runs import import_file

    crowd, founded = Crowd(SEED, first, last), _founded()
    zones = province_zones(last)
    for zone in sorted(set(zones.values())):
        people = []
        for place in provinces():
            if zones[place.code] == zone:
                people += [
                    _after_founding(person, founded)
                    for person in crowd.of_province(place.code, _size(place.code, crowd))
                ]
        path = folder / f"รายชื่อเครือข่าย-เขต{zone}.xlsx"
        title = f"บัญชีรายชื่อสมาชิกเครือข่ายการประชาสัมพันธ์ เขต {zone}"
        sheets.write_sheet(path, title, people, _network, hand=zone)
        import_file(path, accounts.actor_of("C-PRDB", Role.CENTRAL))


def _size(province: str, crowd: Crowd) -> int:
    return FULLER.get(province, crowd.random.randint(14, 30))


def _network(person: Person) -> str:
    bangkok = person.province == "กรุงเทพมหานคร"
    place = person.province if bangkok else f"จังหวัด{person.province}"
    return networks.network_name(person.kind, place)


def _founded() -> dict[str, date]:
    rows = db.session.execute(select(Network.name, Network.founded_on))
    return dict(rows.all())


def _after_founding(person: Person, founded: dict[str, date]) -> Person:
    """Nobody joins a network before it exists."""
    return replace(person, joined=max(person.joined, founded[_network(person)]))


def _carry(first: date, now: datetime) -> None:
    crowd = Members(SEED, accounts.actor_of("C-PRDB", Role.CENTRAL), first, now)
    for message in Campaign(SEED, now).run(first):
        crowd.react(message)


def _close(today: date) -> None:
    """Close the periods that have ended."""
    from reports.schedule import close_each, waiting

    close_each(accounts.actor_of("C-PRDB", Role.CENTRAL), waiting(today))
