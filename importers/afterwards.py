"""What is still to do for the members whom an import brought."""

from __future__ import annotations

from importers.models import BatchState, ImportBatch
from registry.access.scope import Scope
from registry.members.list_queries import MemberFilters, count_members


def still_lacking(scope: Scope, batch: ImportBatch) -> dict[str, int]:
    """How many of its members have no consent or no network yet, by what they lack.

    Only what the plan had counted is looked at again; nothing before the import is written.
    """
    if batch.as_state is not BatchState.COMMITTED:
        return {}
    planned = (batch.summary or {}).get("lacking", {})
    found = {
        what: count_members(scope, MemberFilters(batch=batch.id, lacks=what))[0]
        for what, count in planned.items()
        if count
    }
    return {what: count for what, count in found.items() if count}
