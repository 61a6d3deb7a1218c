"""Personal links by which members reach their own pages, and the certificates made there."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import Office
from registry.db import Base
from registry.members.models import Member
from registry.messages.models import CODE_LETTERS

CERTIFICATE_LETTERS = 12


class MemberLink(Base):
    """A personal link: signed, expiring, revocable; only a hash of its secret is stored.

    Attributes:
        single_use: the first browser that sends a form with it keeps it; no other one may use it.
            Any other link is kept when the member says so; only the record then opens nowhere else.
        account_id: the LINE account to which it was sent, with whose unlinking it ends.
        browser_hash: of the secret in that browser's cookie.
    """

    __tablename__ = "member_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    single_use: Mapped[bool] = mapped_column(default=False)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("line_account.id"), index=True)
    browser_hash: Mapped[str | None] = mapped_column(String(64))
    bound_at: Mapped[datetime | None]

    member: Mapped[Member] = relationship()

    @property
    def usable(self) -> bool:
        """Whether it opens the member's pages now."""
        return self.revoked_at is None and datetime.now(UTC) < self.expires_at


def new_certificate_code() -> str:
    """A code that cannot be guessed and is easily read aloud."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CERTIFICATE_LETTERS))


class Certificate(Base):
    """A certificate of contribution, with office and figures as they stood when it was made.

    Attributes:
        office_id: which office issued it, wherever the member belongs since.
        since, until: first and last day on which an accepted dissemination was made.
        messages, disseminations: how many of them, and of how many messages.
        reached: the reach with evidence; absent where no audience is known, never 0.
    """

    __tablename__ = "certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    code: Mapped[str] = mapped_column(String(16), unique=True, default=new_certificate_code)
    made_at: Mapped[datetime]
    since: Mapped[date]
    until: Mapped[date]
    messages: Mapped[int]
    disseminations: Mapped[int]
    reached: Mapped[int | None]

    member: Mapped[Member] = relationship()
    office: Mapped[Office] = relationship()
