"""Runs under faults: what goes wrong on purpose, and what must hold all the same."""
