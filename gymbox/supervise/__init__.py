"""`gymbox run`: all processes of the box on one machine, without systemd."""
