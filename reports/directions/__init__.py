"""Directions of the executive on closed reports, and what is reviewed for next year's projects."""
