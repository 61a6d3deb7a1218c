"""Word templates of the offices: in what form an office gets the report of a closed period."""
