"""Rollups: small tables of components beside the facts, always equal to what the facts say.

Facts that change mark their partition (a fact, a month, a province) by triggers, in the very
transaction that changes them: no service can forget it.  A pulse makes marked partitions anew
and takes the marks away.  Readers sum the rollup's clean partitions and count the marked ones
from the facts, so a figure is never older than the last commit; only the facts of
:attr:`~registry.facts.rollups.catalogue.Rolled.lag` may lag, by minutes that are told.
"""
