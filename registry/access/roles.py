"""Roles, what each may do, and how far each sees."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l


class Permission(StrEnum):
    """What may be done, written ``resource:action``."""

    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    MEMBERS_REVEAL = "members:reveal"
    MEMBERS_EXPORT = "members:export"
    MEMBERS_MERGE = "members:merge"
    NETWORKS_READ = "networks:read"
    NETWORKS_WRITE = "networks:write"
    CHANNELS_READ = "channels:read"
    CHANNELS_WRITE = "channels:write"
    IMPORTS_RUN = "imports:run"
    MESSAGES_READ = "messages:read"
    MESSAGES_WRITE = "messages:write"
    MESSAGES_APPROVE = "messages:approve"
    MESSAGES_PUBLISH = "messages:publish"
    RIGHTS_SEE = "rights:see"
    RIGHTS_DECIDE = "rights:decide"
    DISSEMINATION_RECORD = "dissemination:record"
    DISSEMINATION_REVIEW = "dissemination:review"
    QUESTIONS_ANSWER = "questions:answer"
    FIGURES_VIEW = "figures:view"
    ROWS_VIEW = "rows:view"
    ROWS_EXPORT = "rows:export"
    REPORTS_VIEW = "reports:view"
    REPORTS_CLOSE = "reports:close"
    REPORTS_KEEP = "reports:keep"
    REPORTS_DESTROY = "reports:destroy"
    DIRECTIONS_GIVE = "directions:give"
    DIRECTIONS_ANSWER = "directions:answer"
    OFFICE_REPORTS_READ = "office-reports:read"
    OFFICE_REPORTS_WRITE = "office-reports:write"
    OFFICE_REPORTS_CONFIRM = "office-reports:confirm"
    OFFICE_REPORTS_ENDORSE = "office-reports:endorse"
    USERS_MANAGE = "users:manage"
    SETTINGS_MANAGE = "settings:manage"
    AUDIT_READ = "audit:read"
    ACCOUNT_OWN = "account:own"


class Role(StrEnum):
    """Who uses Sang (DESIGN: "Who uses it"). A member of the network has no account but a link."""

    PROVINCIAL = "provincial_officer"
    REGIONAL = "regional_officer"
    HEAD = "head"
    ACTING = "acting_head"
    CENTRAL = "central_staff"
    BUREAU = "bureau_staff"
    EXECUTIVE = "executive"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


ROLE_NAMES = {
    Role.PROVINCIAL: _l("Provincial officer"),
    Role.REGIONAL: _l("Regional officer"),
    Role.HEAD: _l("Head of office"),
    Role.ACTING: _l("Acting head"),
    Role.CENTRAL: _l("Central staff"),
    Role.BUREAU: _l("Bureau staff"),
    Role.EXECUTIVE: _l("Executive"),
    Role.ANALYST: _l("Analyst"),
    Role.ADMINISTRATOR: _l("Administrator"),
}

P = Permission
_FIGURES = {P.FIGURES_VIEW, P.REPORTS_VIEW, P.ACCOUNT_OWN}
_OFFICER = _FIGURES | {
    P.MEMBERS_READ,
    P.MEMBERS_WRITE,
    P.MEMBERS_REVEAL,
    P.MEMBERS_EXPORT,
    P.NETWORKS_READ,
    P.NETWORKS_WRITE,
    P.CHANNELS_READ,
    P.CHANNELS_WRITE,
    P.IMPORTS_RUN,
    P.MESSAGES_READ,
    P.MESSAGES_WRITE,
    P.MESSAGES_PUBLISH,
    P.RIGHTS_SEE,
    P.DISSEMINATION_RECORD,
    P.DISSEMINATION_REVIEW,
    P.QUESTIONS_ANSWER,
    P.ROWS_VIEW,
    P.ROWS_EXPORT,
    P.OFFICE_REPORTS_READ,
    P.OFFICE_REPORTS_WRITE,
    P.DIRECTIONS_ANSWER,
}
_HEAD = _FIGURES | {
    P.MEMBERS_READ,
    P.NETWORKS_READ,
    P.CHANNELS_READ,
    P.MESSAGES_READ,
    P.MESSAGES_APPROVE,
    P.RIGHTS_SEE,
    P.ROWS_VIEW,
    P.OFFICE_REPORTS_READ,
    P.OFFICE_REPORTS_CONFIRM,
    P.DIRECTIONS_ANSWER,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.PROVINCIAL: frozenset(_OFFICER | {P.MEMBERS_MERGE}),
    Role.REGIONAL: frozenset(_OFFICER | {P.MEMBERS_MERGE, P.OFFICE_REPORTS_ENDORSE}),
    Role.HEAD: frozenset(_HEAD),
    Role.ACTING: frozenset(_HEAD),
    Role.CENTRAL: frozenset(
        _OFFICER
        | {P.MEMBERS_MERGE, P.REPORTS_CLOSE, P.REPORTS_KEEP, P.RIGHTS_DECIDE, P.DIRECTIONS_GIVE}
    ),
    Role.BUREAU: frozenset(_OFFICER - {P.IMPORTS_RUN}),
    Role.EXECUTIVE: frozenset(_FIGURES | {P.OFFICE_REPORTS_READ, P.DIRECTIONS_GIVE}),
    Role.ANALYST: frozenset(_FIGURES | {P.ROWS_EXPORT}),
    Role.ADMINISTRATOR: frozenset(
        {
            P.USERS_MANAGE,
            P.SETTINGS_MANAGE,
            P.AUDIT_READ,
            P.ACCOUNT_OWN,
            P.FIGURES_VIEW,
            P.RIGHTS_SEE,
            P.RIGHTS_DECIDE,
            P.REPORTS_KEEP,
            P.REPORTS_DESTROY,
        }
    ),
}
"""What each role may do.

``ROWS_VIEW`` opens the rows behind a figure with names; without it rows are de-identified.
"""

SECOND_FACTOR_REQUIRED = frozenset({Role.CENTRAL, Role.ADMINISTRATOR})
SEES_EVERYTHING = frozenset({Role.CENTRAL, Role.ANALYST, Role.ADMINISTRATOR})
