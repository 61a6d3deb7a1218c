"""The command line ``sang``: Flask's command group without Flask's own commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup, ScriptInfo

from benchmarks.bench.commands import bench_command
from benchmarks.demo.commands import demo_command
from benchmarks.simulate.commands import simulate_command
from registry.errors import Refused
from registry.i18n import terminal

MADE_UP = frozenset({"demo", "simulate"})
"""Commands that fill an instance with made-up data, never one of production."""


def _create(words: Sequence[str]) -> Flask:
    """The application that a command line needs."""
    from registry import create_app
    from registry.settings import load_settings

    if not words or {"-h", "--help"} & set(words):  # help must work before anything is set up
        return create_app(load_settings(secret_key="-" * 32, data_key="-" * 32))
    if words[0] in MADE_UP and "SANG_ENV" not in os.environ:
        return create_app(load_settings(env="demo"))
    return create_app()


class SangGroup(FlaskGroup):
    """Lists only Sang's commands: those here and those the packages' ``init_app`` add."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(
            add_default_commands=False,
            add_version_option=False,
            load_dotenv=False,
            set_debug_flag=False,
            **extra,
        )
        self._loaded_plugin_commands = True
        self.params = []

    def list_commands(self, ctx: click.Context) -> list[str]:
        ctx.ensure_object(ScriptInfo).load_app()
        return sorted(name for name in super().list_commands(ctx) if name not in FOREIGN)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return None if name in FOREIGN else super().get_command(ctx, name)


FOREIGN = frozenset({"db", "users", "roles", "run", "shell", "routes", "translate"})


@click.group(
    cls=SangGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Sang (สังข์): a registry of a public-relations network and of how far its messages carry.",
)
def cli() -> None:
    """The group; its commands come from the packages."""


cli.add_command(bench_command)
cli.add_command(demo_command)
cli.add_command(simulate_command)


BACKGROUND = frozenset({"demo", "serve", "worker"})
"""Commands that write for others than whoever started them."""


def _speak(words: Sequence[str]) -> None:
    """Let sentences be English where the terminal is; Thai otherwise."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    told = next((os.environ[name] for name in names if os.environ.get(name)), "")
    if told.startswith("en") and not BACKGROUND & set(words[:1]):
        terminal.set("en")


def main(args: list[str] | None = None) -> None:
    """Run a command; every refusal is one line on standard error and exit code 2."""
    words = sys.argv[1:] if args is None else args
    info = script_info(words)
    _speak(words)
    try:
        code = cli.main(args=words, prog_name="sang", standalone_mode=False, obj=info)
    except click.exceptions.Abort:
        code = _fail("stopped")
    except click.ClickException as error:
        code = _fail(error.format_message())
    except Refused as error:
        code = _fail(str(error))
    except Exception as error:
        if os.environ.get("SANG_TRACE"):
            raise
        first = (str(error).splitlines() or [""])[0]
        code = _fail(f"{type(error).__name__}: {first} (SANG_TRACE=1 shows where)")
    sys.exit(code if isinstance(code, int) else 0)


def _fail(sentence: str) -> int:
    print(f"sang: {sentence}", file=sys.stderr)  # noqa: T201
    return 2


def script_info(words: Sequence[str] = ()) -> ScriptInfo:
    """What Flask's command group needs to make the application for a command line."""
    return ScriptInfo(create_app=lambda: _create(words))
