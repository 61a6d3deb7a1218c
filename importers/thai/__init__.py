"""Reading what Thai people write in cells; every function is pure and knows no row or sheet."""
