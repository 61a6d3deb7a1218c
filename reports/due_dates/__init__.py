"""The calendar of reports: what ends, what is due, what closes, and how it stands."""
