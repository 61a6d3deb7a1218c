"""``sang bench growth``: the same pages, lists and rebuild in three sizes of the world."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from benchmarks.bench import ground, worlds
from benchmarks.bench.figures import Goal, Report, ratio
from benchmarks.bench.processes import Contender, interleave
from benchmarks.bench.rebuild_bench import rebuilding
from benchmarks.bench.worlds import SMALL, Place, Wish, World

PARTS = ((100, 50), (10, 5), (1, 1))
"""What part of the members and of the facts each world has: 10,000 and 1 million of all."""
FLAT = 1.5
WORK = ("dashboards", "lists", "rebuild")


def bench(wish: Wish) -> Report:
    """Run it.

    Raises:
        Refused: a run failed, or the server refused.
    """
    sizes = sizes_of(wish.world)
    with ground.folder(wish.keep) as folder, ExitStack() as stack:
        groups = []
        for size in sizes:
            made = stack.enter_context(worlds.filled(wish, folder, size))
            place = Place(*stack.enter_context(made.copy()))
            groups.append(_contenders(place, size))
        ones = [one for group in groups for one in group.values()]
        interleave(ones, wish.runs, wish.say)
        version = made.store.version()
    small, large = groups[0], groups[-1]
    grown = {name: ratio(large[name], small[name]) for name in WORK}
    grown["rebuild_per_fact"] = grown["rebuild"] * sizes[0].facts / sizes[-1].facts
    figures: dict[str, Any] = {
        "facts_of_each": [size.facts for size in sizes],
        "members_of_each": [size.members for size in sizes],
        "largest_to_smallest": {name: round(value, 2) for name, value in grown.items()},
    }
    bounded = ("dashboards", "lists", "rebuild_per_fact")
    goals = [Goal(f"{name}, largest / smallest", grown[name], FLAT, "≤") for name in bounded]
    return worlds.report("growth", wish, ones, version, figures, goals)


def sizes_of(world: World) -> list[World]:
    """The worlds, the smallest one first; the last one is the world itself."""
    return [_part(world, *parts) for parts in PARTS]


def _part(world: World, members: int, facts: int) -> World:
    """A part of a world, no smaller than the smallest one."""
    return replace(
        world,
        members=max(SMALL.members, world.members // members),
        facts=max(SMALL.facts, world.facts // facts),
    )


def _contenders(place: Place, size: World) -> dict[str, Contender]:
    work = {
        "dashboards": place.contender("", "work.panels", "product", "all", 1),
        "lists": place.contender("", "work.pages", "product", 1),
        "rebuild": rebuilding(place),
    }
    return {name: replace(one, name=f"{name} {size.facts:,}") for name, one in work.items()}
