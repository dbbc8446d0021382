"""`gymbox doctor`: whether this machine can be a box, and what to do where it cannot."""
