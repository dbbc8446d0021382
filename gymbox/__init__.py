"""gymbox: counts repetitions, spots bad form, and tells the person."""
