"""From the cells of one member to values, with every repair proposed and every doubt said."""
