"""Benchmarks, the simulator and the demonstration network; nothing here is needed to run Sang."""
