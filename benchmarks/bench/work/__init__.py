"""What a bench times, each in a process of its own: Sang's work and the floor below it."""
