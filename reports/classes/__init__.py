"""Whether a closed report may be disclosed, where that was decided anew after its closing."""
