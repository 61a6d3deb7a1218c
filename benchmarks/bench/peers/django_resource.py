"""A row of the sheet as a member, in import-export's bulk mode; import after Django is set up."""

from __future__ import annotations

from typing import Any

from django.db import connection
from import_export.fields import Field
from import_export.instance_loaders import CachedInstanceLoader
from import_export.resources import ModelResource

from benchmarks.bench.peers import django_widgets as widgets
from benchmarks.bench.peers.django_models import Channel, Member

HEADING = 2
"""Rows above the header."""
FIELDS = ("title", "first_name", "last_name", "birth_year", "phone", "line_id", "house_no", "moo",
          "subdistrict_code", "district_code", "province_code", "postcode", "occupation",
          "network_type", "joined_activity", "joined_on")  # fmt: skip
PROVINCE = widgets.Lookup("province", "จ.")
DISTRICT = widgets.Lookup("district", "อ.", "province_code", PROVINCE, "จังหวัด")
SUBDISTRICT = widgets.Lookup("subdistrict", "ต.", "district_code", DISTRICT, "อำเภอ")


def field(name: str, column: str, widget: Any = None) -> Any:
    """A column of the sheet; an empty cell leaves a member as it is."""
    return Field(name, column, widget or widgets.Words(), saves_null_values=False)


class SheetResource(ModelResource):
    """The columns that every mode reads alike."""

    title = field("title", "คำนำหน้า")
    first_name = field("first_name", "ชื่อ")
    last_name = field("last_name", "นามสกุล")
    birth_year = field("birth_year", "ปีเกิด (พ.ศ.)", widgets.BuddhistYear())
    phone = field("phone", "โทรศัพท์", widgets.Phone())
    line_id = field("line_id", "ไอดีไลน์")
    house_no = field("house_no", "บ้านเลขที่")
    moo = field("moo", "หมู่ที่")
    subdistrict_code = field("subdistrict_code", "ตำบล", SUBDISTRICT)
    district_code = field("district_code", "อำเภอ", DISTRICT)
    province_code = field("province_code", "จังหวัด", PROVINCE)
    postcode = field("postcode", "รหัสไปรษณีย์")
    occupation = field("occupation", "อาชีพ")
    network_type = field("network_type", "ประเภทเครือข่าย", widgets.Lookup("network_type", ""))
    joined_activity = field("joined_activity", "กิจกรรมที่เข้าร่วม")
    joined_on = field("joined_on", "วันที่สมัคร", widgets.BuddhistDate())


class CheckedResource(SheetResource):
    """Members and their channels; rows are validated, and the preview shows what differs."""

    national_id_hash = field("national_id_hash", "เลขประจำตัวประชาชน", widgets.NationalId())

    class Meta:
        """Bulk mode."""

        model = Member
        fields = (*FIELDS, "national_id_hash")
        import_id_fields = ("phone",)
        instance_loader_class = CachedInstanceLoader
        use_bulk = True
        batch_size = 1000
        skip_unchanged = True
        clean_model_instances = True
        skip_html_diff = False

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
            Channel(member_id=member.pk, kind=widgets.kind_of(text), name=text,
                    opened_on=member.joined_on)
            for member, text in self.channels
        )  # fmt: skip
        Channel.objects.bulk_create(opened, batch_size=1000)


class FastResource(CheckedResource):
    """Neither validation nor what differs."""

    class Meta(CheckedResource.Meta):
        """Bulk mode without its own checks."""

        clean_model_instances = False
        skip_html_diff = True
