"""A row of the sheet as a member with all that comes with it; import after Django is set up."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from benchmarks.bench.peers import django_widgets as widgets
from benchmarks.bench.peers.django_resource import FIELDS, HEADING, SheetResource, field
from benchmarks.bench.peers.same.comparing import Told
from benchmarks.bench.peers.same.matching import Verdict, verdicts
from benchmarks.bench.peers.same.models import WholeMember
from benchmarks.bench.peers.same.names import name_keys
from benchmarks.bench.peers.same.writing import Hangers

FILLING = (*FIELDS, "national_id", "email")
"""What a row may add to a registered member."""
WHO = ("first_name", "last_name", "national_id", "birth_year", "phone", "line_id", "email",
       "province_code", "joined_on")  # fmt: skip
FOLLOWING = ("national_id_hash", "search_text", "name_key", "name_block", "updated_at", "version")
HEADER_AND_FIRST = HEADING + 1


class SameResource(SheetResource):
    """The whole work; of the preview too, which shows what differs."""

    national_id = field("national_id", "เลขประจำตัวประชาชน", widgets.ThirteenDigits())
    email = field("email", "อีเมล")
    channel = field("channel", "ช่องทางที่ดูแล", widgets.ChannelText())
    agreed = field("agreed", "ยินยอมให้ใช้ข้อมูล", widgets.Agreed())

    class Meta:
        """Bulk mode."""

        model = WholeMember
        fields = (*FILLING, "channel", "agreed")
        import_id_fields = ("phone",)
        use_bulk = True
        batch_size = 1000
        clean_model_instances = True

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Find out about the whole sheet who is registered."""
        rows = (dict(zip(dataset.headers, row, strict=True)) for row in dataset)
        self.verdicts = verdicts([self._told(row) for row in rows])
        self.offices = _offices()
        self.hangers = Hangers()
        self.filled: set[str] = set()

    def _told(self, row: dict[str, Any]) -> Told | None:
        """Who somebody is, unless a cell that says it cannot be read."""
        present = (name for name in WHO if self.fields[name].column_name in row)
        try:
            cells = {name: self.fields[name].clean(row) for name in present}
        except ValueError:
            return None
        number, last = cells["national_id"], cells["last_name"]
        return Told(
            widgets.hashed(number) if number else None,
            cells["phone"],
            cells["line_id"],
            cells.get("email"),
            *(name_keys(cells["first_name"] or "", last) if last else ("", "")),
            cells["province_code"],
            cells["birth_year"],
            cells["joined_on"],
        )

    def before_import_row(self, row: Any, row_number: int = 0, **kwargs: Any) -> None:
        """Take up what was found out about a row."""
        self.verdict: Verdict = self.verdicts[row_number - 1]
        self.changed = False
        if self.verdict.refused:
            raise ValidationError(self.verdict.refused)

    def get_instance(self, instance_loader: Any, row: Any) -> WholeMember | None:
        """Who it is."""
        return self.verdict.member

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        """A new member belongs to the office of the province."""
        told = self.verdict.told
        if new and told:
            instance.office_id = self.offices[told.province_code]

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """Take the cells; of a registered member only blanks are filled."""
        if instance.pk is None:
            super().import_instance(instance, row, **kwargs)
            return
        told = self.init_instance(row)
        super().import_instance(told, row, **kwargs)
        for name in FILLING:
            value = getattr(told, name)
            if value is not None and getattr(instance, name) is None:
                setattr(instance, name, value)
                self.changed = True
                self.filled.add(name)

    def skip_row(
        self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None
    ) -> bool:
        """Leave to a person who may be registered, and be who said nothing new."""
        if import_validation_errors:
            return False
        return bool(self.verdict.doubt) or (instance.pk is not None and not self.changed)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """Do not ask of each row whether its national ID is unique: that was asked of all."""
        super().validate_instance(instance, import_validation_errors, validate_unique=False)

    def before_save_instance(
        self, instance: Any, row: Any, row_number: int = 0, **kwargs: Any
    ) -> None:
        """Fill in what a member has besides the cells."""
        told = self.verdict.told
        if told and told.digest:
            instance.national_id_hash = told.digest
        instance.name_key, instance.name_block = name_keys(instance.first_name, instance.last_name)
        words = filter(None, (f"{instance.title or ''}{instance.first_name}", instance.last_name))
        instance.search_text = " ".join(words).lower()
        if instance.pk:
            instance.version, instance.updated_at = instance.version + 1, timezone.now()
            return
        instance.confirmed_on = instance.joined_on
        instance.source_file, instance.source_sha256 = kwargs["file_name"], kwargs["file_sha256"]
        instance.source_row = row_number + HEADER_AND_FIRST

    def after_import_row(self, row: Any, row_result: Any, **kwargs: Any) -> None:
        """Tell in the preview why a row is left to a person."""
        row_result.doubt = self.verdict.doubt if row_result.is_skip() else ""

    def get_bulk_update_fields(self) -> list[str]:
        """Only what is changed in some member."""
        return [*self.filled, *FOLLOWING]

    def bulk_create(
        self, using_transactions: bool, dry_run: bool, raise_errors: bool,
        batch_size: int | None = None, result: Any = None,
    ) -> None:  # fmt: skip
        """Members, then what hangs on them; the preview does without the latter."""
        members = list(self.create_instances)
        super().bulk_create(using_transactions, dry_run, raise_errors, batch_size, result)
        if not dry_run and not result.base_errors:
            self.hangers.write(members)


class ConfirmedResource(SameResource):
    """What was previewed, imported: nobody looks at differences any more."""

    class Meta(SameResource.Meta):
        """Bulk mode without differences."""

        skip_diff = True


def _offices() -> dict[str, int]:
    """The office that keeps a member's record, by the member's province."""
    with connection.cursor() as cursor:
        cursor.execute("select province_code, id from office where kind = 'provincial'")
        found = dict(cursor.fetchall())
        cursor.execute("select id from office where code = 'C-PRDB'")
        (headquarters,) = cursor.fetchone()
        cursor.execute("select code from province")
        return {code: found.get(code, headquarters) for (code,) in cursor.fetchall()}
