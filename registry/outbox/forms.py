"""Forms of the outbox: a decision, a task done by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, StringField

from registry.fields import DayField, at_most
from registry.members.fields import CHOOSE, NEEDED, CountField, TextField
from registry.messages.forms import MomentMixin
from registry.outbox.deciding import DECISION_NAMES
from registry.outbox.hand import POINT_NAMES, Done, Point


class DecideForm(FlaskForm):
    """What becomes of deliveries that failed or are not known."""

    decision = SelectField(
        _l("Decision"),
        [CHOOSE],
        choices=[(decision.value, name) for decision, name in DECISION_NAMES.items()],
    )


class DoneForm(MomentMixin, FlaskForm):
    """A task was done by hand."""

    on = DayField(_l("Day"), [NEEDED])
    hour = StringField(
        _l("Time (if known)"), render_kw={"placeholder": "18:00", "inputmode": "numeric"}
    )
    points = SelectMultipleField(
        _l("Checklist"), choices=[(point.value, POINT_NAMES[point]) for point in Point]
    )
    audience = CountField(_l("People reached, as counted"))
    basis = TextField(_l("Basis of the estimate"))
    note = StringField(_l("Note"), [at_most(300)])

    def done(self, after: datetime | None) -> Done:
        """What was typed, as the services take it.

        Args:
            after: what it followed; see :meth:`moment`.
        """
        at: Any = self.moment(after)
        note = (self.note.data or "").strip() or None
        points = self.points.data or []
        return Done(at, points, self.audience.data, self.basis.data, note)


class CallOffForm(FlaskForm):
    """Why a task will not be done."""

    reason = StringField(_l("Reason"), [at_most(300)])


class UndoForm(FlaskForm):
    """Why a task is taken back that was noted as done."""

    why = StringField(_l("Reason"), [NEEDED, at_most(300)])
