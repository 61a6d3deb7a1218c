"""The channels that the member looks after, from one wide cell or from several columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from importers.codes import Code
from importers.fields import Field
from importers.mapping import Column
from importers.options import Options
from importers.rows.draft import Draft
from importers.thai.channels import OTHER, ChannelText, kind_of, read_channels
from importers.thai.contacts import looks_like_url, read_url
from importers.thai.finding import Remark
from importers.thai.numbers import read_count
from importers.thai.text import clean, said, to_text
from registry.channels.addresses import identity_of

_BLANK = ChannelText("", "")


def read_reach(draft: Draft, options: Options) -> None:
    """Read all channel columns from left to right; an audience belongs to the channel before it.

    An office's official account is no channel of a member, in a sheet as little as on a page.
    """
    channels: list[ChannelText] = []
    for column in draft.header.reach:
        if said(to_text(draft.cell(column))):
            _add(draft, channels, column)
    draft.values["channels"] = [
        {**channel.as_dict(), "kind": channel.kind or OTHER} for channel in channels
    ]

    for channel in channels:
        if channel.url and identity_of(channel.url) in options.official:
            remark = Remark(Code.URL_OFFICIAL, None, {"text": channel.url[:80]})
            draft.note(_place_of(draft, channel.url), remark)


def _place_of(draft: Draft, url: str) -> Column | None:
    """The column whose cell holds an address, perhaps without its beginning."""
    short = url.partition("://")[2]
    return next((one for one in draft.header.reach if short in to_text(draft.cell(one))), None)


def _add(draft: Draft, channels: list[ChannelText], column: Column) -> None:
    cell = draft.cell(column)
    match column.field:
        case Field.CHANNELS:
            _wide(draft, channels, column)
        case Field.CHANNEL_KIND:
            text = clean(to_text(cell))
            channels.append(ChannelText(kind_of(text) or OTHER, "" if kind_of(text) else text))
        case Field.CHANNEL_NAME:
            _named(draft, channels, column)
        case Field.CHANNEL_URL:
            _fill(channels, column, "url", draft.take(column, read_url(cell)))
        case _:
            _fill(channels, column, "audience", draft.take(column, read_count(cell)))


def _wide(draft: Draft, channels: list[ChannelText], column: Column) -> None:
    """A cell of channels; below a kind's header a mere number is that kind's audience."""
    cell = draft.cell(column)
    if column.kind and isinstance(cell, (int, float)) and not isinstance(cell, bool):
        audience = draft.take(column, read_count(cell))
        channels.append(ChannelText(column.kind, "", None, audience))
        return
    channels += draft.take(column, read_channels(cell, column.kind)) or ()


def _named(draft: Draft, channels: list[ChannelText], column: Column) -> None:
    """A name; where no kind was said it may tell the kind itself, or be several channels."""
    text = clean(to_text(draft.cell(column)))
    told = channels and channels[-1].kind and not channels[-1].name
    if told or column.kind:
        _fill(channels, column, "name", text[:200])
    else:
        channels += draft.take(column, read_channels(text)) or ()


def _fill(channels: list[ChannelText], column: Column, slot: str, value: object) -> None:
    """Put a value into the channel at hand; a filled slot begins another channel."""
    if value is None:
        return
    if slot == "name" and looks_like_url(str(value)):
        slot = "url"
    current = channels[-1] if channels else None
    if current is None or getattr(current, slot) or (column.kind not in (None, current.kind)):
        channels.append(replace(_BLANK, kind=column.kind or ""))
    filled: dict[str, Any] = {slot: value}
    channels[-1] = replace(channels[-1], **filled)
