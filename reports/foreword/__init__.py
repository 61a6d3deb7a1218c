"""What central staff say about a report before its period is closed."""
