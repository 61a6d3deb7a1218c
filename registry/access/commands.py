"""Commands: ``sang user create`` and ``sang user disable``."""

from __future__ import annotations

import json
from datetime import date, datetime

import click
from flask import Flask
from flask.cli import with_appcontext

from registry.access import passwords, services
from registry.access.grants import Grant
from registry.access.models import User
from registry.access.roles import Role
from registry.audit.services import Actor
from registry.db import unit_of_work

DAY = click.DateTime(formats=["%Y-%m-%d"])
ROLE = click.Choice([role.value for role in Role])


@click.group("user")
def user_group() -> None:
    """Accounts of people who work with Sang."""


@user_group.command("create")
@click.argument("email")
@click.option("--name", required=True, help="Name and surname.")
@click.option("--office", required=True, help="Code of the office: C-PRDB, R3, P50 …")
@click.option("--role", "roles", type=ROLE, multiple=True, required=True, help="May be repeated.")
@click.option("--zone", type=int, help="Limits an executive to a zone.")
@click.option("--province", help="Limits an executive to a province (two-digit code).")
@click.option("--from", "valid_from", type=DAY, help="First day of the roles (C.E., 2026-01-31).")
@click.option("--to", "valid_to", type=DAY, help="Last day of the roles (acting heads).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@with_appcontext
def create(
    email: str,
    name: str,
    office: str,
    roles: tuple[str, ...],
    zone: int | None,
    province: str | None,
    valid_from: datetime | None,
    valid_to: datetime | None,
    as_json: bool,
) -> None:
    """Make an account; prints a password for the first sign-in."""
    password = passwords.one_time_password()
    limits = (zone, province, _day(valid_from), _day(valid_to))
    grants = [Grant(Role(role), *limits) for role in roles]
    with unit_of_work():
        user = services.create_user(
            email=email,
            name=name,
            office=office,
            roles=grants,
            password=password,
            actor=Actor.system("cli"),
        )
        facts = _facts(user) | {"password": password}
    _say(facts, as_json, "{email} may sign in with the password {password} and must change it.")


@user_group.command("disable")
@click.argument("email")
@click.option("--reason", default="", help="Goes into the audit trail.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@with_appcontext
def disable(email: str, reason: str, as_json: bool) -> None:
    """Disable an account and sign it out everywhere."""
    with unit_of_work():
        user = services.user_by_email(email)
        services.disable_user(user, Actor.system("cli"), reason)
        facts = _facts(user)
    _say(facts, as_json, "{email} is disabled and signed out everywhere.")


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _facts(user: User) -> dict[str, object]:
    roles = [row.role for row in user.assignments]
    return {"id": user.id, "email": user.email, "office": user.office.code, "roles": roles}


def _say(facts: dict[str, object], as_json: bool, sentence: str) -> None:
    click.echo(json.dumps(facts, ensure_ascii=False) if as_json else sentence.format(**facts))


def init_app(app: Flask) -> None:
    """Register the group."""
    app.cli.add_command(user_group)
