"""How the recogniser's weights are fitted; README.md says how to run it."""
