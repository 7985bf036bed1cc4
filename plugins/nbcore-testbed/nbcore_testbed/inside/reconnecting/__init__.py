"""A Django database engine: PostgreSQL, whose sessions a reset ends at any time."""
