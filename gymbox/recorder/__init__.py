"""The recorder's process, the only one that writes the database: events in, rows out, upkeep, clips."""
