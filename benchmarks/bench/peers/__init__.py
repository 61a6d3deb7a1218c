"""The same work done by other software; nothing here imports Sang but the stopwatch."""
