"""Merging two records of one person, and undoing it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, scope, today
from registry.access.roles import Permission
from registry.access.versions import version_of
from registry.carry import carry_out, press
from registry.fields import read_id
from registry.members import merge_queries, merge_undo, merging, queries
from registry.members.duplicates import REASON_NAMES
from registry.members.merge_forms import MergeForm
from registry.members.merge_values import LIKENESS_NAMES, Line, compare
from registry.members.models import STATE_NAMES, Member
from registry.members.views import bp

MERGE = allow(Permission.MEMBERS_MERGE)


@bp.get("/<int:member_id>/merge")
@MERGE
def merge(member_id: int) -> ResponseReturnValue:
    """Choose the other record of the same person."""
    member = queries.member_to_change(scope(), member_id)
    words = request.args.get("q", "").strip()[:100]
    return render_template(
        "members/merge_pick.html",
        member=member,
        words=words,
        likely=merge_queries.likely_same(scope(), member),
        found=merge_queries.searched(scope(), member, words),
        reasons=REASON_NAMES,
        states=STATE_NAMES,
    )


@bp.route("/<int:member_id>/merge/<int:other_id>", methods=["GET", "POST"])
@MERGE
def merge_with(member_id: int, other_id: int) -> ResponseReturnValue:
    """Two records side by side; sent twice, the form leads to the one that is left."""
    if left := _left(member_id, other_id):
        return redirect(url_for("members.show", member_id=left))
    survivor = queries.member_to_change(scope(), member_id)
    other = queries.member_to_change(scope(), other_id)
    form = MergeForm()
    if carry_out(form, lambda: _merge(survivor, other, form)):
        flash(_("The two records are one now; you can undo this below."), "success")
        return redirect(url_for("members.show", member_id=member_id))
    if left := _left(member_id, other_id):
        return redirect(url_for("members.show", member_id=left))
    return _side_by_side(member_id, other_id, form)


def _left(*members: int) -> int | None:
    """Where the first of some records leads that was merged already."""
    found = (queries.survivor_of(scope(), member_id) for member_id in members)
    return next((survivor for survivor in found if survivor is not None), None)


def _merge(survivor: Member, other: Member, form: MergeForm) -> None:
    versions = version_of(form), read_id(form.other_version.data)
    merging.merge(
        actor(),
        survivor,
        other,
        form.takes(),
        on=today(),
        reason=form.reason.data,
        versions=(versions[0], -1 if versions[1] is None else versions[1]),
    )


def _side_by_side(member_id: int, other_id: int, form: MergeForm) -> str:
    survivor = queries.member_to_change(scope(), member_id)
    other = queries.member_to_change(scope(), other_id)
    form.version.data, form.other_version.data = str(survivor.version), str(other.version)
    lines: list[Line] = compare(survivor, other)
    if not form.is_submitted():
        form.propose(lines)
    return render_template(
        "members/merge.html",
        survivor=survivor,
        other=other,
        form=form,
        lines=lines,
        likeness=LIKENESS_NAMES,
        states=STATE_NAMES,
        moving=merge_queries.moving(scope(), other_id),
        hindrance=merging.why_not(survivor, other),
    )


@bp.post("/merges/<int:merge_id>/undo")
@MERGE
def unmerge(merge_id: int) -> ResponseReturnValue:
    """Restore both records of a merge."""
    row = merge_queries.merge_to_undo(scope(), merge_id)
    survivor_id = row.survivor_id
    press(lambda: merge_undo.undo(actor(), row), _("Both records are as they were before."))
    return redirect(url_for("members.show", member_id=survivor_id))
