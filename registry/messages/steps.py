"""Which steps a person may take with a message: the buttons of its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from registry.access.models import User
from registry.access.roles import Permission as P
from registry.messages.models import BEFORE_APPROVAL, EDITABLE, KeyMessage, MessageState
from registry.messages.publishing import PASSED_ON
from registry.messages.reviews_after import is_waiting

S = MessageState
BEFORE_OUT = frozenset({S.SUBMITTED, S.APPROVED, S.PROOFREAD})


@dataclass(frozen=True)
class Steps:
    """What may be done next; the services decide again."""

    edit: bool
    take_back: bool
    approve: bool
    send_back: bool
    proofread: bool
    publish: bool
    mend: bool
    crisis: bool
    review: bool

    def offers(self, name: str) -> bool:
        """Whether the form of a step is on the page."""
        return bool(getattr(self, {"correct": "mend", "withdraw": "mend"}.get(name, name), False))

    def any(self) -> bool:
        """Whether there is anything to do."""
        return any(vars(self).values())


def steps_for(
    message: KeyMessage,
    user: User,
    may: Callable[[P], bool],
    *,
    sending: bool = False,
    served: bool = False,
) -> Steps:
    """The steps open to a user.

    Args:
        sending: its first sending runs, so that it is not taken back any more.
        served: no channel of the user's office is left to which it could go.
    """
    own, state = message.office_id == user.office_id, message.as_state
    writes = own and may(P.MESSAGES_WRITE)
    other = user.id not in message.makers
    decides = own and other and may(P.MESSAGES_APPROVE)
    ready = (own and state is S.PROOFREAD) or state in PASSED_ON
    return Steps(
        edit=writes and state in EDITABLE,
        take_back=writes and state in BEFORE_OUT and not sending,
        approve=decides and state is S.SUBMITTED,
        send_back=decides and state in BEFORE_OUT and not sending,
        proofread=writes and state is S.APPROVED,
        publish=ready and not served and may(P.MESSAGES_PUBLISH),
        mend=writes and state in PASSED_ON,
        crisis=writes and may(P.MESSAGES_PUBLISH) and state in BEFORE_APPROVAL,
        review=decides and is_waiting(message),
    )
