"""Sang's tables as Django sees them: unmanaged models of members and their channels.

Import after Django is set up.
"""

from __future__ import annotations

import secrets

from django.db import models
from django.utils import timezone


def _uid() -> str:
    return secrets.token_hex(16)


class MemberColumns(models.Model):
    """The columns of a member that every mode of the peer fills."""

    uid = models.CharField(max_length=32, default=_uid)
    kind = models.CharField(max_length=16, default="person")
    title = models.CharField(max_length=60, null=True, blank=True)
    first_name = models.CharField(max_length=200)
    last_name = models.CharField(max_length=120, null=True, blank=True)
    search_text = models.CharField(max_length=600, blank=True)
    name_key = models.CharField(max_length=200, blank=True)
    name_block = models.CharField(max_length=4, blank=True)
    national_id_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    birth_year = models.IntegerField(null=True, blank=True)
    phone = models.CharField(max_length=24, null=True, blank=True)
    line_id = models.CharField(max_length=80, null=True, blank=True)
    house_no = models.CharField(max_length=60, null=True, blank=True)
    moo = models.CharField(max_length=60, null=True, blank=True)
    province_code = models.CharField(max_length=2)
    district_code = models.CharField(max_length=4, null=True, blank=True)
    subdistrict_code = models.CharField(max_length=6, null=True, blank=True)
    postcode = models.CharField(max_length=5, null=True, blank=True)
    occupation = models.CharField(max_length=160, null=True, blank=True)
    network_type = models.CharField(max_length=32)
    joined_activity = models.CharField(max_length=200, null=True, blank=True)
    state = models.CharField(max_length=16, default="active")
    joined_on = models.DateField(null=True, blank=True)
    office_id = models.IntegerField()
    source = models.CharField(max_length=16, default="import")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.IntegerField(default=1)

    class Meta:
        """The table is Sang's."""

        abstract = True
        managed = False
        app_label = "peers"


class Member(MemberColumns):
    """A member; the columns that the peer leaves alone are not named."""

    class Meta(MemberColumns.Meta):
        """The table is Sang's."""

        db_table = "member"


class Channel(models.Model):
    """A channel of a member."""

    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    opened_on = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)
    version = models.IntegerField(default=1)

    class Meta:
        """The table is Sang's."""

        managed = False
        db_table = "channel"
        app_label = "peers"
