"""The other tables of Sang's that an import fills, unmanaged; import after Django is set up."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from benchmarks.bench.peers.django_models import Channel, MemberColumns
from benchmarks.bench.peers.same import cipher


class EncryptedText(models.BinaryField):
    """Text that is stored encrypted."""

    def to_python(self, value: Any) -> Any:
        """The text: what is in memory is never encrypted."""
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Encrypt on the way to the database."""
        token = None if value is None else cipher.encrypt(value)
        return super().get_db_prep_value(token, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Decrypt on the way back."""
        return None if value is None else cipher.decrypt(bytes(value))


class WholeMember(MemberColumns):
    """A member with the columns that only the same work needs."""

    national_id = EncryptedText(null=True, blank=True)
    email = models.CharField(max_length=254, null=True, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)
    source_file = models.CharField(max_length=200, null=True, blank=True)
    source_sha256 = models.CharField(max_length=64, null=True, blank=True)
    source_row = models.IntegerField(null=True, blank=True)
    merged_into_id = models.IntegerField(null=True, blank=True)

    class Meta(MemberColumns.Meta):
        """The same table as that of the plain one."""

        db_table = "member"

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"


class AudienceCount(models.Model):
    """How many people a channel reaches, as of a day."""

    channel = models.ForeignKey(Channel, on_delete=models.DO_NOTHING)
    on = models.DateField()
    audience = models.IntegerField()
    basis = models.CharField(max_length=200, null=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """The table is Sang's."""

        managed = False
        db_table = "audience_count"
        app_label = "peers"


class Consent(models.Model):
    """A consent of a member for one purpose."""

    member_id = models.IntegerField()
    purpose = models.CharField(max_length=32)
    basis = models.CharField(max_length=32, default="consent")
    wording_id = models.IntegerField(null=True)
    given_on = models.DateField()
    source = models.CharField(max_length=200)
    by_guardian = models.BooleanField(default=False)

    class Meta:
        """The table is Sang's."""

        managed = False
        db_table = "consent"
        app_label = "peers"


class StateChange(models.Model):
    """A change of a member's state."""

    member_id = models.IntegerField()
    after = models.CharField(max_length=16)
    on = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        """The table is Sang's."""

        managed = False
        db_table = "member_state_change"
        app_label = "peers"


class Span(models.Model):
    """Where and as what a member counts, from a day on."""

    member_id = models.IntegerField()
    province_code = models.CharField(max_length=2)
    network_type = models.CharField(max_length=32)
    from_on = models.DateField()
    starts = models.CharField(max_length=16, default="join")

    class Meta:
        """The table is Sang's."""

        managed = False
        db_table = "member_span"
        app_label = "peers"
