"""The page of the builder: the choice, what it counts, and what there is to choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import render_template, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from registry.access.gate import scope, today
from registry.channels.models import CHANNEL_KIND_NAMES, Channel
from registry.errors import NotFound, Refused
from registry.geography.models import Province, Zone
from registry.geography.queries import zones_with_provinces
from registry.i18n import name_of
from registry.members.queries import network_types
from registry.messages import audience_queries, release_queries, releases
from registry.messages.audience import Audience
from registry.messages.audience_forms import Choice, SendForm, read_choice
from registry.messages.audience_shown import FILTER_NAMES
from registry.messages.forms import channel_label
from registry.messages.models import KeyMessage
from registry.messages.publishing import PASSED_ON
from registry.messages.quiet import machines_from
from registry.messages.release_models import UNDER_WAY, Purpose
from registry.messages.unreached import REASON_NAMES, Reason
from registry.outbox import holds
from registry.outbox.deliveries import quota
from registry.outbox.models import WAY_NAMES
from registry.periods.dated import Dated, setting_on


def choice_of(values: MultiDict[str, str]) -> Choice:
    """What was chosen; networks of other offices do not exist.

    Raises:
        NotFound: a network lies outside the scope.
        Refused: a choice that cannot be.
    """
    choice = read_choice(values)
    own = {row.id for row in audience_queries.networks_to_choose(scope())}
    if not set(choice.audience.networks) <= own:
        raise NotFound("network")
    return choice


def chosen(message_id: int, values: MultiDict[str, str]) -> tuple[Choice, list[Channel]]:
    """The choice with its channels, all of them of the user's office and still to be served.

    Raises:
        NotFound: one is another office's.
    """
    choice, rows = choice_of(values), _own_channels(message_id)
    own = {row.id: row for row, done in rows if not done}
    if not set(choice.channels) <= {row.id for row, _done in rows}:
        raise NotFound("channel")
    left = tuple(number for number in choice.channels if number in own)
    return replace(choice, channels=left), [own[number] for number in left]


def with_saved(message_id: int, values: MultiDict[str, str], saved_id: int) -> Choice:
    """The choice with a kept audience and its open channels in it; all else stays as it was.

    Raises:
        NotFound: there is no such audience of the office.
    """
    row = audience_queries.saved_audience_for(scope(), current_user.office_id, saved_id)
    choice, _channels = chosen(message_id, values)
    own = {channel.id for channel, done in _own_channels(message_id) if not done}
    channels = set(choice.channels) | (own & set(row.channels))
    audience = Audience.of(row.filters)
    return replace(choice, audience=audience, channels=tuple(sorted(channels)))


def _own_channels(message_id: int) -> list[tuple[Channel, str]]:
    return audience_queries.channels_to_serve(scope(), current_user.office_id, message_id)


def counts_of(
    message: KeyMessage, values: MultiDict[str, str], form: SendForm, problem: str = ""
) -> dict[str, Any]:
    """What the counts and the button show; a choice that cannot be says why instead."""
    choice, channels, faults, ready = Choice(Audience()), list[Channel](), dict[str, str](), True
    now = begins = datetime.now(UTC)
    purpose = Purpose.ONWARD if message.as_state in PASSED_ON else Purpose.FIRST
    try:
        choice, channels = chosen(message.id, values)
        faults = choice.faults(now)
        begins = now if faults else choice.moment(now)
        releases.require_ready(current_user.office_id, message, purpose)
        releases.require_valid(message, begins)
    except NotFound:
        raise
    except Refused as refusal:
        problem, ready = problem or str(refusal), False
    counted = audience_queries.count_audience(
        scope(), choice.audience, channels, today(), message_id=message.id
    )
    form.seen.data = str(counted.people)
    urgent = releases.is_urgent(message, purpose)
    return {
        "message": message,
        "form": form,
        "problem": problem,
        "faults": faults,
        "ready": ready,
        "choice": choice,
        "channels": channels,
        "counted": counted,
        "whole": [(row, row.audience_on(today())) for row in counted.whole],
        "others_publish": current_user.office.kind != "provincial",
        "begins": begins if begins > now else None,
        **_hours(begins, machines=_by_machine(counted), urgent=urgent),
        "second": not urgent and _needs_second(counted.people),
        "closed": holds.reasons(counted.ways),
        "quota": quota() if counted.quota else None,
        "reasons": REASON_NAMES,
        "Reason": Reason,
        "ways": WAY_NAMES,
        **_served(message, _own_channels(message.id)),
    }


def _by_machine(counted: audience_queries.Counted) -> bool:
    return any(counted.deliveries.get(way) for way in holds.MACHINES)


def _hours(begins: datetime, *, machines: bool, urgent: bool) -> dict[str, Any]:
    at = machines_from(begins, urgent=urgent) if machines else None
    return {"machines_at": at, "quiet": at is not None and at > begins}


def _needs_second(people: int) -> bool:
    asked = setting_on(Dated.SECOND_PERSON, today())
    return bool(asked) and people >= setting_on(Dated.LARGE_AUDIENCE, today())


def _served(message: KeyMessage, own: Sequence[tuple[Channel, str]]) -> dict[str, Any]:
    """The channels to tick; where none is left, whether it is being sent, and by what."""
    left = not own or any(not done for _row, done in own)
    if left:
        return {"own_channels": own, "served": "", "under_way": None}
    going = any(done == "going" for _row, done in own)
    rows = release_queries.releases_of(scope(), message.id) if going else []
    office = current_user.office_id
    mine = (row for row in rows if row.office_id == office and row.state in UNDER_WAY)
    served = "going" if going else "has"
    return {"own_channels": own, "served": served, "under_way": next(mine, None)}


def builder_page(
    message: KeyMessage, values: MultiDict[str, str], *, form: SendForm, problem: str = ""
) -> str:
    """The whole page of the builder."""
    counts, zones = counts_of(message, values, form, problem), _zones()
    return render_template(
        "messages/publish.html",
        **counts,
        channel_label=channel_label,
        zones=zones,
        place_names=_place_names(counts["choice"].audience, zones),
        limited=not scope().everything,
        filters=_filters(),
        saved=audience_queries.saved_audiences(scope(), current_user.office_id),
    )


def _zones() -> list[tuple[Zone, list[Province], list[str]]]:
    """Every zone with its provinces, and the codes of those that one looks after."""
    found, covers = zones_with_provinces(today()), scope().covers
    return [
        (zone, places, [place.code for place in places if covers(place.code)])
        for zone, places in found
    ]


def _place_names(
    audience: Audience, zones: Sequence[tuple[Zone, list[Province], list[str]]]
) -> list[str]:
    named = []
    for zone, places, _mine in zones:
        named += [name_of(zone)] if zone.code in audience.zones else []
        named += [name_of(place) for place in places if place.code in audience.provinces]
    return named


def _filters() -> list[tuple[Any, str, list[tuple[Any, Any]]]]:
    """The filters that are lists: each with its name, its field and its choices."""
    types = [(row.code, name_of(row)) for row in network_types()]
    networks = [(row.id, row.name) for row in audience_queries.networks_to_choose(scope())]
    kinds = [(kind.value, name) for kind, name in CHANNEL_KIND_NAMES.items()]
    activities = [(name, name) for name in audience_queries.activities_to_choose(scope())]
    return [
        (FILTER_NAMES["network_types"], "network_types", types),
        (FILTER_NAMES["networks"], "networks", networks),
        (FILTER_NAMES["channel_kinds"], "channel_kinds", kinds),
        (FILTER_NAMES["activities"], "activities", activities),
    ]


def address(message_id: int, choice: Choice) -> str:
    """The builder's page with a choice."""
    return url_for("audience.build", message_id=message_id) + f"?{choice.words()}"
