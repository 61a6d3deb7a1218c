"""django-import-export in its bulk mode: ``django_import.py SHEET URL checked|fast``.

Set up as its documentation advises for large files: bulk operations in batches, and the cached
loader (members are known by their telephone).  As in its admin pages, one request reads the sheet
by tablib and openpyxl for the preview (a dry run), a second one reads it again and imports.

``checked``: every row is validated before the batch that it goes into, national IDs for being
unique too, and the preview shows what differs.  ``fast``: neither of them.

Members and their channels are written.  Fuzzy matching, proposals, audit, consent, encryption and
an undo are not asked of it.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Any

from benchmarks.bench.meter import Meter
from benchmarks.bench.peers.django_settings import set_up

set_up(sys.argv[2])

import tablib  # noqa: E402 - models need the settings
from django.db import connection  # noqa: E402
from import_export.fields import Field  # noqa: E402
from import_export.instance_loaders import CachedInstanceLoader  # noqa: E402
from import_export.resources import ModelResource  # noqa: E402

from benchmarks.bench.peers import django_widgets as widgets  # noqa: E402
from benchmarks.bench.peers.django_models import Channel, Member  # noqa: E402

CHECKED = sys.argv[3] == "checked"
HEADING = 2
"""Rows above the header."""
CHANNELS = {"ไลน์กลุ่ม": "line_group", "เพจเฟซบุ๊ก": "facebook", "หอกระจายข่าว": "loudspeaker",
            "พบปะโดยตรง": "face_to_face"}  # fmt: skip
PROVINCE = widgets.Lookup("province", "จ.")
DISTRICT = widgets.Lookup("district", "อ.", "province_code", PROVINCE, "จังหวัด")
SUBDISTRICT = widgets.Lookup("subdistrict", "ต.", "district_code", DISTRICT, "อำเภอ")


def _field(name: str, column: str, widget: Any = None) -> Any:
    return Field(name, column, widget or widgets.Words(), saves_null_values=False)


class MemberResource(ModelResource):
    """A row of the sheet as a member."""

    title = _field("title", "คำนำหน้า")
    first_name = _field("first_name", "ชื่อ")
    last_name = _field("last_name", "นามสกุล")
    national_id_hash = _field("national_id_hash", "เลขประจำตัวประชาชน", widgets.NationalId())
    birth_year = _field("birth_year", "ปีเกิด (พ.ศ.)", widgets.BuddhistYear())
    phone = _field("phone", "โทรศัพท์", widgets.Phone())
    line_id = _field("line_id", "ไอดีไลน์")
    house_no = _field("house_no", "บ้านเลขที่")
    moo = _field("moo", "หมู่ที่")
    subdistrict_code = _field("subdistrict_code", "ตำบล", SUBDISTRICT)
    district_code = _field("district_code", "อำเภอ", DISTRICT)
    province_code = _field("province_code", "จังหวัด", PROVINCE)
    postcode = _field("postcode", "รหัสไปรษณีย์")
    occupation = _field("occupation", "อาชีพ")
    network_type = _field("network_type", "ประเภทเครือข่าย", widgets.Lookup("network_type", ""))
    joined_activity = _field("joined_activity", "กิจกรรมที่เข้าร่วม")
    joined_on = _field("joined_on", "วันที่สมัคร", widgets.BuddhistDate())

    class Meta:
        """Bulk mode."""

        model = Member
        fields = ("title", "first_name", "last_name", "national_id_hash", "birth_year", "phone",
                  "line_id", "house_no", "moo", "subdistrict_code", "district_code",
                  "province_code", "postcode", "occupation", "network_type", "joined_activity",
                  "joined_on")  # fmt: skip
        import_id_fields = ("phone",)
        instance_loader_class = CachedInstanceLoader
        use_bulk = True
        batch_size = 1000
        skip_unchanged = True
        clean_model_instances = CHECKED
        skip_html_diff = not CHECKED

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Begin a run."""
        self.channels: list[tuple[Member, str]] = []
        with connection.cursor() as cursor:
            cursor.execute("select id from office where code = 'C-PRDB'")
            (self.office,) = cursor.fetchone()

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        """A new member belongs to the office that imports."""
        if new:
            instance.office_id = self.office

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """Fill in what a new member has besides the cells."""
        if instance.pk:
            return
        instance.search_text = f"{instance.title}{instance.first_name} {instance.last_name}"
        instance.name_key = f"{instance.last_name} {instance.first_name}"
        instance.name_block = instance.first_name[:4]
        self.channels.append((instance, row["ช่องทางที่ดูแล"]))

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """Channels of the new members, in bulk too."""
        opened = (
            Channel(member=member, kind=_kind(text), name=text, opened_on=member.joined_on)
            for member, text in self.channels
        )
        Channel.objects.bulk_create(opened, batch_size=1000)


def _kind(text: str) -> str:
    return next(kind for name, kind in CHANNELS.items() if text.startswith(name))


def _import(path: str, *, dry_run: bool) -> Any:
    with open(path, "rb") as file:
        sheet = tablib.Dataset().load(file, format="xlsx", skip_lines=HEADING)
    return MemberResource().import_data(sheet, dry_run=dry_run)


def _why(result: Any) -> str:
    rows = (error for row in result.error_rows for error in row.errors)
    return str(next((one.error for one in [*result.base_errors, *rows]), ""))


def main(path: str) -> None:
    """Preview and import."""
    before = Member.objects.count()
    with Meter() as meter:
        with Meter() as preview:
            _import(path, dry_run=True)
        result = _import(path, dry_run=False)
    if result.has_errors():
        raise SystemExit(f"{len(result.error_rows)} rows failed; {_why(result)}")
    names = ("Django", "django-import-export", "tablib", "openpyxl")
    meter.report(
        brought=Member.objects.count() - before,
        counts=dict(result.totals),
        preview_seconds=preview.seconds,
        versions={name.lower(): version(name) for name in names},
    )


if __name__ == "__main__":
    main(sys.argv[1])
