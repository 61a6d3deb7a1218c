"""Charts: one factory for all, so that none of them calls out or looks different."""
