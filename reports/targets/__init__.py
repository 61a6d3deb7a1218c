"""Targets of measures for a fiscal year."""
