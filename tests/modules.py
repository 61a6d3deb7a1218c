"""The source code as data: modules with what they import and call."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("registry", "importers", "dashboards", "reports")
LAYERS = ("views", "forms", "services", "queries", "models")


@dataclass(frozen=True)
class Module:
    """A module by its dotted name; packages bear the name of their folder."""

    name: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.source)

    @property
    def package(self) -> str:
        """``registry``, ``importers``, …"""
        return self.name.partition(".")[0]

    @property
    def feature(self) -> str:
        """``members`` of ``registry.members.views``; empty at the top of the registry."""
        return self.name.split(".")[1] if self.name.count(".") > 1 else ""

    @property
    def layer(self) -> str:
        """``views`` of ``registry.members.views`` and of ``registry.members.reveal_views``."""
        return layer_of(self.name)

    @cached_property
    def imports(self) -> frozenset[str]:
        """Dotted names of what is imported anywhere in the module, inside functions too."""
        return frozenset(self._imports())

    def _imports(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def imports_from(self, *names: str) -> list[str]:
        """What is imported from packages or modules of these names."""
        return sorted(
            found
            for found in self.imports
            if any(found == name or found.startswith(f"{name}.") for name in names)
        )

    @cached_property
    def calls(self) -> tuple[str, ...]:
        """Dotted names of what is called: ``db.session.commit``, ``print``."""
        nodes = (node.func for node in ast.walk(self.tree) if isinstance(node, ast.Call))
        return tuple(ast.unparse(node) for node in nodes)

    @property
    def functions(self) -> list[ast.FunctionDef]:
        """Functions at the top of the module."""
        return [node for node in self.tree.body if isinstance(node, ast.FunctionDef)]


def layer_of(name: str) -> str:
    """The layer that a dotted name speaks of, or nothing."""
    for part in name.split(".")[1:]:
        for layer in LAYERS:
            if part == layer or part.endswith(f"_{layer}"):
                return layer
    return ""


@cache
def modules() -> list[Module]:
    """Every module of the four packages but the migrations."""
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return [_read(path) for path in paths if "migrations" not in path.parts]


def _read(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path.read_text(encoding="utf-8"))
