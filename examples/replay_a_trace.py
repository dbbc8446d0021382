"""Record what the pose model sees once, then count from that: `uv run python examples/replay_a_trace.py squats.mp4`.

A trace is small and needs no model, so it is what to keep when something was counted wrong: replayed, it gives the same
events every time.
"""

import sys
from pathlib import Path

from gymbox import count
from gymbox.trace import Trace

video = Path(sys.argv[1])
recorded = video.with_suffix(".jsonl.gz").name
seen = count(video, trace=recorded)
with Trace(recorded) as trace:
    replayed = count(trace)

assert replayed.sets == seen.sets
print(f"{recorded}: {[(each.exercise, each.reps) for each in replayed.sets]}, twice the same")
