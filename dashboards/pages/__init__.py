"""Pages: each has a title and, within a scope, its content for the parameters of an address."""
