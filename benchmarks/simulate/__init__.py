"""``sang simulate``: a made-up network at any size, the same for the same seed."""
