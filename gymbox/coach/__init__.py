"""What people are told: a cue at once, a language model's words after it, and silence when there is nothing to say."""
