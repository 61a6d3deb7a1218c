"""``sang bench``: what Sang does, timed against a peer and against the floor of the same work."""
