"""Making the world and loading it into an empty instance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import exists, select, update

from benchmarks.simulate import groups, lives, messages, people, publishing, sending, talk
from benchmarks.simulate.columns import Table
from benchmarks.simulate.facts import Facts, numbered
from benchmarks.simulate.load import bulk_load
from benchmarks.simulate.places import change_rules
from benchmarks.simulate.plan import Plan
from benchmarks.simulate.world import World, make_world
from registry.admin_commands import prepare
from registry.channels.models import AudienceCount, Channel
from registry.db import Base, db, unit_of_work
from registry.errors import Refused
from registry.facts import files
from registry.facts.rollups.fold import rebuild
from registry.facts.rollups.models import FactState
from registry.facts.rollups.turn import this_process
from registry.members.consent_models import Consent
from registry.members.models import Member, MemberSpan, MemberStateChange
from registry.messages.exchange_models import NewsDecision, QuestionResolution
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.messages.models import Correction, KeyMessage, MessageMove, Publication
from registry.messages.release_models import Release
from registry.networks.models import Network, NetworkMember
from registry.outbox.models import Delivery

MODELS: tuple[type[Base], ...] = (
    *(Member, MemberStateChange, MemberSpan, Consent, Network, NetworkMember, Channel),
    *(AudienceCount, KeyMessage, MessageMove, Correction, Release, Publication, Recipient),
    *(Dissemination, Question, QuestionResolution, MemberNews, NewsDecision, Delivery),
)
Tell = Callable[[str], None]
Done = Callable[[int], None]


def simulate(plan: Plan, done: Done, say: Tell) -> dict[str, int]:
    """Fill the instance; all of it or nothing.

    Args:
        done: is told how many rows were written since it was told last.
        say: is told what is being done.

    Returns:
        how many rows of each table were written.

    Raises:
        Refused: the instance is not empty, or so many facts do not fit.
    """
    prepare()
    require_empty()
    with unit_of_work() as session:  # until they are made, figures come from the facts alone
        session.execute(update(FactState).values(ready=False))
    say("people")
    world, wordings = make_world(plan), people.wordings_known()
    db.session.remove()
    written: dict[str, int] = {}
    with bulk_load(db.engine, MODELS, done, say) as loader:
        for table in rows_of(world, wordings, say):
            loader.add(table)
            name = table.model.__tablename__
            written[name] = written.get(name, 0) + len(table)
    with unit_of_work():
        change_rules(plan.middle)
    db.session.remove()
    return written


def require_empty() -> None:
    """Refuse an instance that holds anything of its own.

    Raises:
        Refused: it does.
    """
    for model in MODELS:
        key: Any = next(iter(model.__table__.primary_key))
        if db.session.scalar(select(exists(select(key)))):
            raise Refused(
                f"the instance is not empty: there are rows in {model.__tablename__}; "
                "set SANG_INSTANCE to an empty folder, or SANG_DATABASE_URL to an empty database"
            )


def make_derived(say: Tell) -> None:
    """Make anew what is kept beside the facts: the load went past the triggers that mark them."""
    say("columnar files and rollups")
    rebuild(this_process(), partial(files.proven, lambda *_: None))


def rows_of(world: World, wordings: people.Wordings, say: Tell) -> Iterator[Table]:
    """All rows, table after table; facts month after month.

    Raises:
        Refused: fewer facts came about than were asked for.
    """
    plan, random = world.plan, world.plan.random("rest")
    yield from people.member_rows(plan, world.places, world.lives)
    yield lives.history_rows(world.lives)
    yield lives.span_rows(world.lives, world.places)
    yield people.consent_rows(plan, world.lives, wordings)
    say("networks and channels")
    yield groups.network_rows(world.networks, world.places)
    yield groups.roster_rows(world.networks, world.lives)
    yield groups.channel_rows(world.channels)
    yield groups.count_rows(world.channels)
    say("messages")
    yield messages.message_rows(plan, world.messages)
    yield messages.move_rows(world.messages)
    yield messages.correction_rows(world.messages)
    yield sending.release_rows(world)
    yield publishing.publication_rows(
        world.places, world.messages, world.networks, world.channels, world.made
    )
    say("facts")
    facts = Facts(world)
    yield from facts
    deliveries = [sending.channel_deliveries(world, random), *facts.deliveries]
    asked, sent = numbered(facts.questions, "asked_at"), numbered(facts.news, "sent_at")
    told = numbered(deliveries, "settled_at")
    rest = (
        asked,
        asked and talk.resolutions(world, random, asked),
        sent,
        sent and talk.decisions(random, sent),
        told,
    )
    yield from (table for table in rest if table is not None and len(table))
