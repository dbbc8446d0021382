"""Say each repetition as it happens: `uv run python examples/live_counter.py squats.mp4`, or no argument for a camera.

A pipeline takes pictures from anywhere: PyAV's frames as here, or numpy arrays (height, width, 3) of RGB bytes.
"""

import sys

import av

from gymbox import Event, Pipeline


def say(event: Event) -> None:
    """Print what is worth hearing."""
    match event:
        case Event.RepConfirmed(track=person, rep=rep):
            print(f"{event.at_ns / 1e9:6.1f} s  person {person}: {rep.exercise} {rep.number} ({rep.kind})")
        case Event.FormAlert(track=person, check=check):
            print(f"{event.at_ns / 1e9:6.1f} s  person {person}: {check}")
        case _:  # sets that start and end, and first reps that are not sure yet
            pass


pipeline = Pipeline()
with av.open(sys.argv[1]) if len(sys.argv) > 1 else av.open("/dev/video0", format="v4l2") as source:
    for frame in source.decode(video=0):
        for event in pipeline.step(frame, round(frame.time * 1e9)):
            say(event)
for event in pipeline.finish():
    say(event)
