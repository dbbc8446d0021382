"""Count a video and print a line a set: `uv run python examples/count_a_video.py squats.mp4`."""

import sys

from gymbox import count

for each in count(sys.argv[1]).sets:
    tempo = f"{each.tempo_down_s:.1f} s down, {each.tempo_up_s:.1f} s up"
    print(f"person {each.person}: {each.reps} x {each.exercise}, {tempo}")
    for alert in each.alerts:
        print(f"  {alert.message} (rep {alert.rep}, {alert.at_s:.1f} s)")
