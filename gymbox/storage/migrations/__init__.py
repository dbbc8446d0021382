"""The schema, step by step: `versions/` in order, run by `gymbox.storage.migrate`."""
