"""The last check of a row's values: kinds and sizes, as the registry stores them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from importers.codes import Code
from importers.fields import Field as Column
from importers.rows.draft import Draft
from importers.thai.finding import Remark

Code2 = Annotated[str, Field(pattern=r"^[0-9]{2}$")]
Code4 = Annotated[str, Field(pattern=r"^[0-9]{4}$")]
Code6 = Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class CheckedChannel(BaseModel):
    """Sizes of a channel."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Annotated[str, Field(max_length=20)]
    name: Annotated[str, Field(max_length=200)]
    url: Annotated[str, Field(max_length=500)] | None = None
    audience: Annotated[int, Field(ge=0)] | None = None


class CheckedRow(BaseModel):
    """Sizes of a row; the registry's columns have the same."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["person", "organisation"] = "person"
    title: Annotated[str, Field(max_length=60)] | None = None
    first_name: Annotated[str, Field(max_length=200)] | None = None
    last_name: Annotated[str, Field(max_length=120)] | None = None
    name_raw: Annotated[str, Field(max_length=300)] | None = None
    national_id: Annotated[str, Field(pattern=r"^[0-9]{13}$")] | None = None
    birth_year: Annotated[int, Field(ge=1850, le=2200)] | None = None
    phone: Annotated[str, Field(max_length=24)] | None = None
    phone_other: Annotated[str, Field(max_length=60)] | None = None
    line_id: Annotated[str, Field(max_length=80)] | None = None
    email: Annotated[str, Field(max_length=254)] | None = None
    house_no: Annotated[str, Field(max_length=60)] | None = None
    moo: Annotated[str, Field(max_length=60)] | None = None
    subdistrict_code: Code6 | None = None
    district_code: Code4 | None = None
    province_code: Code2 | None = None
    postcode: Annotated[str, Field(pattern=r"^[1-9][0-9]{4}$")] | None = None
    occupation: Annotated[str, Field(max_length=160)] | None = None
    organisation: Annotated[str, Field(max_length=200)] | None = None
    position: Annotated[str, Field(max_length=160)] | None = None
    network_type: Annotated[str, Field(max_length=32)] | None = None
    network: Annotated[str, Field(max_length=200)] | None = None
    channels: Annotated[list[CheckedChannel], Field(max_length=50)] = []
    skills: Annotated[str, Field(max_length=500)] | None = None
    consent: bool | None = None
    joined_on: date | None = None
    activity: Annotated[str, Field(max_length=200)] | None = None
    notes: Annotated[str, Field(max_length=5_000)] | None = None


def check(draft: Draft) -> None:
    """Note each value that the registry could not store."""
    try:
        CheckedRow.model_validate(draft.values)
    except ValidationError as error:
        for fault in error.errors():
            _note(draft, str(fault["loc"][0]), fault.get("ctx", {}).get("max_length"))


def _note(draft: Draft, name: str, limit: int | None) -> None:
    aliases = {"first_name": (Column.FIRST_NAME, Column.FULL_NAME), "name_raw": (Column.FULL_NAME,)}
    fields = aliases.get(name) or ((Column(name),) if name in set(Column) else ())
    columns = [column for field in fields for column in draft.columns(field)]
    remark = (
        Remark(Code.TOO_LONG, None, {"limit": limit})
        if limit
        else Remark(Code.UNREADABLE, None, {"text": str(draft.values.get(name))[:80]})
    )
    draft.note(columns[0] if columns else None, remark)
