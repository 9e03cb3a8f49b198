"""What machines and people do to a database, done for real."""
