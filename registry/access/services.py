"""Accounts: made, changed and closed by administrators.

Whatever changes what somebody may do ends that person's signed-in browsers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_security import hash_password
from sqlalchemy import func, or_, select, update

from registry.access import passwords
from registry.access.grants import Grant, grants_now, grants_of
from registry.access.models import Office, RoleAssignment, User
from registry.access.roles import Role
from registry.access.scope import office_by_code
from registry.access.sessions import end_all
from registry.access.versions import ChangedMeanwhile
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.periods.calendar import to_bangkok_date, utc_now


def create_user(
    *,
    email: str,
    name: str,
    office: str,
    roles: Sequence[Role | Grant],
    password: str,
    actor: Actor,
    position: str | None = None,
    must_change: bool = True,
    form_token: str | None = None,
) -> User:
    """Make an account.

    Args:
        office: code of the office, such as ``P50``.
        password: for the first sign-in; must be changed then, unless ``must_change`` is False.

    Raises:
        Refused: the address is taken or no address, the office is unknown, a role does not fit,
            the password is weak.
    """
    place = _office(office)
    grants = _checked(roles, place)
    address = _free_address(email)
    if why := passwords.weakness(password, address, name):
        raise Refused(why)
    user = User(
        email=address,
        name=_name(name),
        position=(position or "").strip() or None,
        password=hash_password(passwords.normal(password)),
        must_change_password=must_change,
        office=place,
        form_token=form_token,
        created_at=datetime.now(UTC),
        assignments=[grant.row() for grant in grants],
    )
    db.session.add(user)
    db.session.flush()
    facts = {"name": [None, user.name], "email": [None, user.email]}
    said: dict[str, Any] = {"office": place.code, "role": [grant.facts() for grant in grants]}
    record(actor, Action.USER_CREATE, "user", user.id, changes=facts, **said)
    return user


def update_user(
    user: User,
    *,
    email: str,
    name: str,
    position: str | None,
    office: str,
    actor: Actor,
    roles: Sequence[Role | Grant] | None = None,
    version: int | None = None,
) -> None:
    """Change a person's name, address, position, office, and roles where they are given.

    A new office, address or role ends the person's sessions.

    Raises:
        Refused: as for :func:`create_user`, or no administrator would be left.
        ChangedMeanwhile: ``version`` is not the version at hand.
    """
    place = user.office if office == user.office.code else _office(office)
    grants = _checked(grants_now(user.assignments) if roles is None else roles, place)
    new = {
        "email": _free_address(email, user),
        "name": _name(name),
        "position": (position or "").strip() or None,
    }
    _hold_administrators()
    _claim(user, version)
    changes = {field: [getattr(user, field), new[field]] for field in new}
    changes = {field: pair for field, pair in changes.items() if pair[0] != pair[1]}
    moved = {"from": user.office.code, "to": place.code} if place is not user.office else {}
    for field in changes:
        setattr(user, field, new[field])
    user.office = place
    if changes or moved:
        record(actor, Action.USER_UPDATE, "user", user.id, changes=changes, **moved)
    if moved or "email" in changes:
        end_all(user.id)
    _give(user, grants, actor)
    db.session.flush()


def _claim(user: User, version: int | None) -> None:
    """Count the version on, in one statement: of two who save at once, one comes late.

    Signing in writes to accounts, too, and must not make an administrator's form stale.
    """
    mine = update(User).where(User.id == user.id).values(version=User.version + 1)
    if version is not None:
        mine = mine.where(User.version == version)
    if db.session.execute(mine).rowcount == 0:  # type: ignore[attr-defined]
        raise ChangedMeanwhile


def _give(user: User, grants: list[Grant], actor: Actor) -> None:
    before = grants_now(user.assignments)
    if set(before) == set(grants):
        return
    user.assignments = [grant.row() for grant in grants]
    db.session.flush()
    _keep_an_administrator(before)
    end_all(user.id)
    facts = [[grant.facts() for grant in some] for some in (before, grants)]
    record(actor, Action.USER_ROLES, "user", user.id, from_=facts[0], to=facts[1])


def disable_user(user: User, actor: Actor, reason: str = "") -> None:
    """Close an account: nobody can sign in with it, and who is signed in is signed out."""
    if user.id == actor.user_id:
        raise Refused(_("You cannot disable your own account; ask another administrator."))
    _hold_administrators()
    user.disable(datetime.now(UTC))
    db.session.flush()
    _keep_an_administrator(grants_now(user.assignments))
    end_all(user.id)
    record(actor, Action.USER_DISABLE, "user", user.id, reason=reason.strip()[:200])


def enable_user(user: User, actor: Actor) -> None:
    """Open a closed account again."""
    user.enable()
    record(actor, Action.USER_ENABLE, "user", user.id)


def new_password(user: User, actor: Actor) -> str:
    """Give an account a one-time password, which is returned and kept nowhere in clear."""
    password = passwords.one_time_password()
    user.password = hash_password(passwords.normal(password))
    user.must_change_password = True
    end_all(user.id)
    record(actor, Action.USER_PASSWORD, "user", user.id, kind="one-time")
    return password


def drop_second_factor(user: User, actor: Actor, reason: str) -> None:
    """Take the second factor away from somebody who lost the phone; roles may demand it anew."""
    if not reason.strip():
        raise Refused(_("Please state a reason: how you made sure that it is really this person."))
    user.tf_totp_secret = user.tf_primary_method = user.mf_recovery_codes = None
    end_all(user.id)
    said: dict[str, Any] = {"kind": "dropped", "reason": reason.strip()[:200]}
    record(actor, Action.USER_SECOND_FACTOR, "user", user.id, **said)


def set_own_profile(user: User, *, name: str, locale: str, actor: Actor) -> None:
    """A person's own name and language."""
    changes = {"name": [user.name, _name(name)]} if name.strip() != user.name else {}
    user.name, user.locale = _name(name), locale
    if changes:
        record(actor, Action.USER_UPDATE, "user", user.id, changes=changes)


def user_by_email(email: str) -> User:
    """An account by its address; raises NotFound."""
    user = db.session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise NotFound(_("There is no account %(email)s.", email=email))
    return user


def _checked(roles: Sequence[Role | Grant], office: Office) -> list[Grant]:
    grants = list(dict.fromkeys(grants_of(roles)))
    if not grants:
        raise Refused(_("Choose at least one role."))
    for grant in grants:
        grant.check(office)
    return grants


def _office(code: str) -> Office:
    office = office_by_code(code)
    if office is None:
        raise Refused(_("There is no office with the code %(code)s.", code=code))
    if not office.open_on(to_bangkok_date(utc_now())):
        raise Refused(_("%(office)s is closed; choose another office.", office=office.name_th))
    return office


def _name(name: str) -> str:
    if not name.strip():
        raise Refused(_("Please fill in the name."))
    return " ".join(name.split())[:160]


def _free_address(email: str, owner: User | None = None) -> str:
    try:
        address = validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Refused(_("“%(email)s” is not an e-mail address.", email=email)) from None
    holder = db.session.scalar(select(User.id).where(func.lower(User.email) == address))
    if holder is not None and (owner is None or holder != owner.id):
        raise Refused(_("There is already an account with the address %(email)s.", email=address))
    return address


def _hold_administrators() -> None:
    """Lock the assignments of administrators, so that two cannot take each other's at once."""
    held = select(RoleAssignment.id).where(RoleAssignment.role == Role.ADMINISTRATOR.value)
    db.session.execute(held.order_by(RoleAssignment.id).with_for_update())


def _keep_an_administrator(lost: Sequence[Grant]) -> None:
    """Refuse to take these grants away when nobody would be an administrator today."""
    if Role.ADMINISTRATOR not in {grant.role for grant in lost}:
        return
    day = to_bangkok_date(utc_now())
    query = (
        select(User.id)
        .join(RoleAssignment)
        .where(
            User.active,
            RoleAssignment.role == Role.ADMINISTRATOR.value,
            or_(RoleAssignment.valid_from.is_(None), RoleAssignment.valid_from <= day),
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= day),
        )
    )
    if db.session.scalar(query.limit(1)) is None:
        raise Refused(_("This would leave no administrator; name another one first."))
