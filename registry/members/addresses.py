"""Where a member lives, in one line."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from registry.i18n import name_of
from registry.members.models import Member

BANGKOK = "10"


def address_of(member: Member) -> str:
    """``88 หมู่ 3 ต.สุเทพ อ.เมืองเชียงใหม่ จ.เชียงใหม่ 50200``; what is not known is left out."""
    moo = _("Moo %(number)s", number=member.moo) if member.moo else ""
    places = _in_bangkok(member) if member.province_code == BANGKOK else _upcountry(member)
    return " ".join(filter(None, (member.house_no, moo, *places, member.postcode)))


def _upcountry(member: Member) -> list[str]:
    names = [_("%(name)s Province", name=name_of(member.province))]
    if member.district:
        names.insert(0, _("%(name)s District", name=name_of(member.district)))
    if member.subdistrict:
        names.insert(0, _("%(name)s Subdistrict", name=name_of(member.subdistrict)))
    return names


def _in_bangkok(member: Member) -> list[str]:
    """Its districts are called so already, and it is no province like the others."""
    places: list[Any] = [member.district, member.province]
    below = member.subdistrict
    quarter = [_("%(name)s Quarter", name=name_of(below))] if below else []
    return [*quarter, *(name_of(place) for place in places if place)]
