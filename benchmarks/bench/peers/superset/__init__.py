"""Apache Superset answering a chart from its cache; runs in an environment of its own."""
