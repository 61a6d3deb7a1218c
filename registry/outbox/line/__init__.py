"""LINE, as its official library speaks it."""
