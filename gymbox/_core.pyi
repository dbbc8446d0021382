"""gymbox's vision core, in Rust: pixels in, events out.

Coordinates are 0 to 1 of the upright picture, times are nanoseconds of one camera's monotonic clock, keypoints are
COCO-17 (nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles; left before right, the person's own). Calls
that take time release the GIL.
"""

from collections.abc import Sequence
from os import PathLike
from typing import Final, Literal, Self, TypeAlias, final

import numpy as np
import numpy.typing as npt
from typing_extensions import Buffer, disjoint_base

__all__ = [
    "CLASSES",
    "COLOURS",
    "GLIMPSE_WIDTH",
    "NETWORK",
    "RECOGNISER_DELAY_NS",
    "Athletes",
    "ByteTrack",
    "Event",
    "Floor",
    "Frame",
    "FrameReader",
    "FrameRing",
    "Letterbox",
    "Link",
    "LooksModel",
    "Motions",
    "Packet",
    "PacketReader",
    "PacketRing",
    "Person",
    "Pipeline",
    "PoseModel",
    "Rep",
    "Told",
    "compute_angle",
    "glimpses",
    "median_smooth",
]

CLASSES: Final[tuple[str, ...]]
"""What the recogniser can tell apart, besides doing nothing."""
COLOURS: Final[tuple[str, int]]
"""The space of the embeddings that `Floor.colours` gives, and its version."""
NETWORK: Final[tuple[str, int]]
"""The space of those that `LooksModel.embed` gives, and its version."""
GLIMPSE_WIDTH: Final[int]
"""Numbers in a glimpse."""
RECOGNISER_DELAY_NS: Final[int]
"""How much later than a moment the recogniser says what that moment was."""

_Floats: TypeAlias = npt.NDArray[np.float32]
_Phase: TypeAlias = Literal["rest", "out", "turn", "back"]
"""`rest`, `out` (towards the turn), `turn`, or `back`."""

@final
class Frame:
    """A decoded picture, borrowed: it keeps the array or the decoder's planes alive and copies nothing."""

    def __new__(
        cls,
        array: npt.NDArray[np.uint8] | Buffer,
        format: str = "rgb24",
        *,
        sample_aspect_ratio: float = 1.0,
        rotation: int = 0,
    ) -> Self:
        """A picture from an array (height, width, 3) of bytes.

        Args:
            array: pixels side by side; rows may be apart, as in a part of a wider array.
            format: `rgb24` or `bgr24`.
            sample_aspect_ratio: width of a pixel over its height.
            rotation: degrees clockwise that bring the picture upright, a multiple of 90.

        Raises:
            ValueError: another shape or format.
            VideoError: a size, ratio or rotation that no picture has.
        """

    @staticmethod
    def from_planes(
        planes: Sequence[npt.NDArray[np.uint8] | Buffer],
        format: str,
        width: int,
        height: int,
        *,
        strides: Sequence[int] | None = None,
        matrix: str = "bt601",
        full_range: bool = False,
        sample_aspect_ratio: float = 1.0,
        rotation: int = 0,
    ) -> Frame:
        """A picture from a decoder's planes, 8 bits a sample.

        Args:
            planes: as many as the format has; PyAV's planes, or arrays of two dimensions.
            format: `yuv420p`, `yuv422p`, `yuv444p` (or their `yuvj` names), `nv12`, `rgb24`, `bgr24`.
            width: in pixels, as decoded.
            height: in pixels, as decoded.
            strides: bytes from row to row of each plane; None asks the planes.
            matrix: `bt601` or `bt709`: which weights made luma.
            full_range: whether luma goes from 0 to 255 and not from 16 to 235.
            sample_aspect_ratio: width of a pixel over its height.
            rotation: degrees clockwise that bring the picture upright, a multiple of 90.

        Raises:
            ValueError: a format or matrix that is not known, or another number of planes.
            TypeError: a plane whose rows cannot be found.
            VideoError: planes that are too small for the size.
        """

    @property
    def format(self) -> Literal["rgb24", "bgr24", "yuv420p", "yuv422p", "yuv444p", "nv12"]:
        """How its bytes are to be read: a name that `from_planes` knows."""

    def planes(self) -> list[npt.NDArray[np.uint8]]:
        """Its bytes as decoded, copied: rows of each plane side by side, (rows, bytes)."""

    @property
    def width(self) -> int:
        """Width in pixels of the upright picture."""

    @property
    def height(self) -> int:
        """Height in pixels of the upright picture."""

    @property
    def sample_aspect_ratio(self) -> float:
        """Width of an upright pixel over its height."""

    @property
    def rotation(self) -> Literal[0, 90, 180, 270]:
        """Degrees clockwise that bring the decoded picture upright."""

@final
class FrameRing:
    """The last pictures of a camera in shared memory: the end that puts them there.

    What a killed writer left under this name goes on, where it has the same measures; else it is over and replaced.

    Args:
        name: its name in `/dev/shm`: letters, digits, `.`, `_` and `-`.
        slots: how many pictures it holds, 2 to 64. More give a slow reader more time to copy one.
        slot_bytes: the most that one may take; see `bytes_of`.

    Raises:
        RingError: another process writes it, there is no room, or measures that none has.
    """

    def __new__(cls, name: str, *, slots: int = 4, slot_bytes: int) -> Self: ...
    @staticmethod
    def bytes_of(frame: Frame) -> int:
        """Bytes of a slot that this picture takes."""

    def put(self, frame: Frame, t_ns: int) -> tuple[int, int]:
        """Puts a picture in the place of the oldest, and gives its number, from 1 without gaps, and slot.

        Raises:
            RingError: it is larger than a slot.
        """

    @property
    def head(self) -> int:
        """Number of the newest picture, 0 before any."""

    @property
    def taken(self) -> int:
        """Number of the newest picture that a reader has taken, 0 before any."""

    def close(self) -> None:
        """Lets go of it, as a killed process does: another writer may go on."""

    def remove(self) -> None:
        """Ends it for good and gives its memory back."""

@final
class FrameReader:
    """The last pictures of a camera in shared memory: an end that reads them.

    Raises:
        RingError: there is no ring of this name, none of this version, or it is just being made.
    """

    def __new__(cls, name: str) -> Self: ...
    def newest(self, after: int = 0) -> tuple[int, int, Frame] | None:
        """The newest picture, if it is newer than number `after`: its number, its capture time, and itself, copied."""

    def read(self, sequence: int) -> tuple[int, int, Frame] | None:
        """The picture of this number, or none where it is not there yet or any more: as `newest`."""

    @property
    def head(self) -> int:
        """Number of the newest picture, 0 before any."""

    @property
    def over(self) -> bool:
        """Whether its writer has given it up; another may have taken its name."""

@final
class PacketRing:
    """The last seconds of a camera's stream in shared memory, encoded: the end that puts them there.

    What a killed writer left under this name goes on, where it has the same measures; else it is over and replaced.
    Memory is taken as packets come and given back as they age, in pieces of 1 MiB.

    Args:
        name: its name in `/dev/shm`: letters, digits, `.`, `_` and `-`.
        span_ns: how long packets are kept, counted from a keyframe on, as far as they fit.
        capacity_bytes: the most that they may take.

    Raises:
        RingError: another process writes it, there is no room, or measures that none has.
    """

    def __new__(cls, name: str, *, span_ns: int, capacity_bytes: int) -> Self: ...
    def append(
        self,
        data: Buffer,
        *,
        t_ns: int,
        stream: int,
        pts: int,
        dts: int | None = None,
        duration: int = 0,
        keyframe: bool = False,
        header: bytes | None = None,
    ) -> int:
        """Adds a packet and gives its number, from 1 without gaps.

        Args:
            data: the encoded picture.
            t_ns: when it was taken.
            stream: which opening of the source it belongs to; stamps of two streams do not compare.
            pts: the stream's own time of showing it, in the stream's unit.
            dts: the stream's own time of decoding it.
            duration: how long it is shown, in the stream's unit; 0 where it does not say.
            keyframe: whether decoding may begin here.
            header: what a decoder must know of the stream; given with each keyframe.

        Raises:
            RingError: it is larger than the ring, or the system has no memory for it: it is left out.
        """

    def close(self) -> None:
        """Lets go of it, as a killed process does: another writer may go on."""

    def remove(self) -> None:
        """Ends it for good and gives its memory back."""

@final
class PacketReader:
    """The last seconds of a camera's stream in shared memory, encoded: an end that reads them.

    Raises:
        RingError: there is no ring of this name, none of this version, or it is just being made.
    """

    def __new__(cls, name: str) -> Self: ...
    def cut(self, start_ns: int, end_ns: int) -> list[Packet]:
        """The packets that show this stretch, from the last keyframe before it, in the order of decoding.

        Where there is no keyframe before it any more, from the first one there is; where there is none at all, nothing.
        """

    def read(self, sequence: int) -> Packet | None:
        """The packet of this number, or none where it is not there yet or any more."""

    @property
    def numbers(self) -> tuple[int, int]:
        """Numbers of the oldest packet that is there and of the newest; the first is larger where there is none."""

    @property
    def over(self) -> bool:
        """Whether its writer has given it up; another may have taken its name."""

@final
class Packet:
    """An encoded picture, copied out of a ring."""

    @property
    def sequence(self) -> int: ...
    @property
    def stream(self) -> int:
        """Which opening of the source it belongs to; stamps of two streams do not compare."""

    @property
    def t_ns(self) -> int:
        """When its picture was taken."""

    @property
    def pts(self) -> int:
        """The stream's own time of showing it, in the stream's unit."""

    @property
    def dts(self) -> int | None:
        """The stream's own time of decoding it."""

    @property
    def duration(self) -> int: ...
    @property
    def keyframe(self) -> bool: ...
    @property
    def header(self) -> bytes:
        """What a decoder must know of the stream; empty but for keyframes."""

    @property
    def data(self) -> bytes: ...

@final
class PoseModel:
    """A loaded pose model: its head is recognised by its input and output.

    Args:
        path: an ONNX file.
        runtime_library: `libonnxruntime.so…` of the installed wheel; the first one wins for the life of the process.
        detection_high: a detection from here on is surely a person.
        detection_low: a detection under this is dropped.
        new_track: an unmatched detection from here on begins a track.
        keypoint_visible: a keypoint under this counts as unseen.
        device: `auto`, `cpu`, `cuda`, `tensorrt` or `openvino`.
        threads: of the one pool that all models in the process share; 0 is one a core.
        long_side: of the input in pixels, where the model leaves it open; 0 takes what it was trained with.
        cache: a folder where TensorRT keeps its engines.

    Raises:
        ModelError: no such file, or none of the known heads.
        DeviceError: no such device, or the runtime is missing or too old.
    """

    def __new__(
        cls,
        path: str | PathLike[str],
        *,
        runtime_library: str | PathLike[str],
        detection_high: float = 0.3,
        detection_low: float = 0.1,
        new_track: float = 0.35,
        keypoint_visible: float = 0.1,
        device: str = "auto",
        threads: int = 0,
        long_side: int = 0,
        cache: str | PathLike[str] | None = None,
    ) -> Self: ...
    @property
    def device(self) -> str:
        """Where it runs."""

    @property
    def passed_over(self) -> list[str]:
        """Why each better device was passed over, when it was left to choose."""

    def detect(self, frame: Frame) -> tuple[_Floats, _Floats]:
        """The people in a picture, best first: boxes with scores (n, 5), keypoints (n, 17, 3).

        Raises:
            ModelError: the model failed while it ran.
        """

    def detect_batch(self, frames: Sequence[Frame]) -> list[tuple[_Floats, _Floats]]:
        """The people in each picture; pictures of one shape go through the model together where it takes batches.

        Raises:
            ModelError: the model failed while it ran.
        """

@final
class Letterbox:
    """Scales pictures for a model, without one."""

    def __new__(cls) -> Self: ...
    def planar(self, frame: Frame, out: _Floats) -> list[int]:
        """Fills `out` (3, rows, columns) with RGB 0-1, grey around the picture; left, top, width and height of it."""

    def interleaved(self, frame: Frame, long_side: int) -> npt.NDArray[np.int32]:
        """RGB 0-255 (rows, columns, 3): the long side as asked, the other a multiple of 32, grey around the picture."""

@final
class ByteTrack:
    """Follows the people of one camera by their boxes and, where given, their keypoints.

    Source: Zhang et al. 2022, "ByteTrack: Multi-Object Tracking by Associating Every Detection Box".

    Args:
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        sample_aspect_ratio: width of a pixel over its height.
        high: a detection from here on is matched first.
        low: a detection under this is nobody.
        new_track: an unmatched detection from here on begins a track.
        lost_s: seconds that somebody may be away and keep the track.

    Raises:
        ValueError: thresholds out of order, or a picture without a size.
    """

    def __new__(
        cls,
        *,
        width: int,
        height: int,
        sample_aspect_ratio: float = 1.0,
        high: float = 0.5,
        low: float = 0.1,
        new_track: float = 0.6,
        lost_s: float = 5.0,
    ) -> Self: ...
    def update(
        self, boxes: _Floats, scores: _Floats, t_ns: int, keypoints: _Floats | None = None
    ) -> npt.NDArray[np.int64]:
        """The track of each box, int64 (n,), from 1; -1 for a box that belongs to none.

        Args:
            boxes: (n, 4): x1, y1, x2, y2.
            scores: (n,).
            t_ns: when the picture was taken.
            keypoints: (n, 17, 3): x, y, score.

        Raises:
            ValueError: arrays of another shape.
            VideoError: time runs backwards.
        """

@final
class Rep:
    """One repetition, from rest over the turn to rest."""

    __hash__: None  # type: ignore[assignment]

    @property
    def set(self) -> int:
        """The set within the track, from 1."""

    @property
    def exercise(self) -> str:
        """The exercise's id, such as `squat`."""

    @property
    def number(self) -> int:
        """Position among the set's repetitions of its kind, from 1."""

    @property
    def kind(self) -> Literal["full", "partial"]:
        """`full`, or `partial`: under 70 % of the person's usual range in this set."""

    @property
    def start_ns(self) -> int:
        """When the body left rest."""

    @property
    def turn_ns(self) -> int:
        """The bottom of a squat or push-up, the top of a curl or raise."""

    @property
    def end_ns(self) -> int:
        """When it was back at lockout."""

    @property
    def range_of_motion(self) -> float | None:
        """Degrees that the exercise's primary joint moved in the picture plane; None where it was unseen."""

    @property
    def depth(self) -> float:
        """Depth over the person's usual depth in this set: 1 is usual."""

    @property
    def peak_velocity(self) -> float:
        """Highest speed of the exercise's signal, in body heights a second."""

    @property
    def symmetry(self) -> float | None:
        """Smaller over larger range of the two sides, 0 to 1; None where one side was unseen."""

    @property
    def confidence(self) -> float:
        """How sure the core is that this was this exercise, 0 to 1."""

    @property
    def tempo_out(self) -> float:
        """Seconds from rest to the turn."""

    @property
    def tempo_back(self) -> float:
        """Seconds from the turn back to rest."""

@disjoint_base
class Event:
    """Something that happened on the floor; each kind is a class of its own, such as `Event.RepConfirmed`."""

    __hash__: None  # type: ignore[assignment]

    @property
    def track(self) -> int:
        """Whose."""

    @property
    def at_ns(self) -> int:
        """The capture time of the frame that made it certain."""

    @final
    class RepProvisional(Event):
        """The first repetition of what may be a set: shown, not stored. It is confirmed or withdrawn later."""

        __match_args__: Final = ("track", "at_ns", "rep")
        def __new__(cls, track: int, at_ns: int, rep: Rep) -> Self: ...
        @property
        def rep(self) -> Rep: ...

    @final
    class RepConfirmed(Event):
        """A repetition that counts and always will."""

        __match_args__: Final = ("track", "at_ns", "rep")
        def __new__(cls, track: int, at_ns: int, rep: Rep) -> Self: ...
        @property
        def rep(self) -> Rep: ...

    @final
    class RepWithdrawn(Event):
        """The provisional repetition of this set was none."""

        __match_args__: Final = ("track", "at_ns", "set")
        def __new__(cls, track: int, at_ns: int, set: int) -> Self: ...
        @property
        def set(self) -> int: ...

    @final
    class SetStarted(Event):
        """A set has its first confirmed repetition; comes right before that one's `RepConfirmed`."""

        __match_args__: Final = ("track", "at_ns", "set", "exercise", "start_ns")
        def __new__(cls, track: int, at_ns: int, set: int, exercise: str, start_ns: int) -> Self: ...
        @property
        def set(self) -> int: ...
        @property
        def exercise(self) -> str: ...
        @property
        def start_ns(self) -> int: ...

    @final
    class FormAlert(Event):
        """A joint outside its range, in the phase that a form check names, for long enough to be no flicker."""

        __match_args__: Final = (
            "track", "at_ns", "set", "exercise", "check", "phase", "rep", "measured", "min", "max",
        )  # fmt: skip
        def __new__(
            cls,
            track: int,
            at_ns: int,
            set: int,
            exercise: str,
            check: str,
            phase: _Phase,
            rep: int,
            measured: float,
            min: float | None,
            max: float | None,
        ) -> Self: ...
        @property
        def set(self) -> int: ...
        @property
        def exercise(self) -> str: ...
        @property
        def check(self) -> str:
            """The check's id within the exercise."""

        @property
        def phase(self) -> _Phase: ...
        @property
        def rep(self) -> int:
            """The number that the repetition under way will have if it counts."""

        @property
        def measured(self) -> float:
            """The worst value so far, in the check's unit."""

        @property
        def min(self) -> float | None: ...
        @property
        def max(self) -> float | None: ...

    @final
    class SetFinished(Event):
        """A set that is over: 60 s without a repetition, another exercise, or the person left."""

        __match_args__: Final = (
            "track", "at_ns", "set", "exercise", "start_ns", "end_ns", "reps", "partial_reps", "form_score",
        )  # fmt: skip
        def __new__(
            cls,
            track: int,
            at_ns: int,
            set: int,
            exercise: str,
            start_ns: int,
            end_ns: int,
            reps: int,
            partial_reps: int,
            form_score: float | None,
        ) -> Self: ...
        @property
        def set(self) -> int: ...
        @property
        def exercise(self) -> str: ...
        @property
        def start_ns(self) -> int: ...
        @property
        def end_ns(self) -> int: ...
        @property
        def reps(self) -> int:
            """Confirmed full repetitions."""

        @property
        def partial_reps(self) -> int: ...
        @property
        def form_score(self) -> float | None:
            """0 to 100; None where the view showed none of the exercise's checks."""

@final
class Person:
    """One person in the last frame."""

    @property
    def track(self) -> int: ...
    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """x1, y1, x2, y2."""

    @property
    def score(self) -> float: ...
    @property
    def keypoints(self) -> list[tuple[float, float, float]]:
        """17 of x, y, score."""

    @property
    def exercise(self) -> str | None:
        """The exercise under way, if it is known."""

    @property
    def confidence(self) -> float: ...
    @property
    def phase(self) -> _Phase: ...
    @property
    def reps(self) -> int:
        """Full repetitions of the running set."""

    @property
    def partial_reps(self) -> int: ...
    @property
    def progress(self) -> float:
        """Share of the usual range that the repetition under way has reached, 0 to 1."""

    @property
    def set(self) -> int | None: ...

@final
class Pipeline:
    """A pose model, the people it sees, and what they do; `gymbox.Pipeline` is the way to make one."""

    def __new__(
        cls,
        catalogue: str,
        model: PoseModel | None = None,
        *,
        detection_high: float,
        detection_low: float,
        new_track: float,
        keypoint_visible: float,
        exercise: str | None = None,
    ) -> Self: ...
    def step(self, frame: Frame, t_ns: int) -> list[Event]:
        """What happened up to and including this frame.

        Raises:
            ModelError: the model failed, or there is none.
            VideoError: time runs backwards.
        """

    def step_detections(
        self,
        boxes: _Floats,
        keypoints: _Floats,
        t_ns: int,
        *,
        width: int,
        height: int,
        sample_aspect_ratio: float = 1.0,
    ) -> list[Event]:
        """The same from what a pose model saw before: boxes with scores (n, 5), keypoints (n, 17, 3).

        Raises:
            ValueError: arrays of another shape.
            VideoError: time runs backwards.
        """

    def finish(self) -> list[Event]:
        """Ends every set: the stream is over."""

    @property
    def detections(self) -> tuple[_Floats, _Floats]:
        """What the model saw in the last frame: boxes with scores (n, 5), keypoints (n, 17, 3)."""

    @property
    def people(self) -> list[Person]:
        """Who was in the last frame, in the order of tracks."""

@final
class Link:
    """A track, and whose it is. A visit is called by its first track."""

    @property
    def track(self) -> int: ...
    @property
    def visit(self) -> int: ...
    @property
    def since_ns(self) -> int:
        """When the track was first seen."""

    @property
    def score(self) -> float | None:
        """How alike they looked, where somebody came back; none for somebody new."""

@final
class LooksModel:
    """A network that tells people apart: `OSNet` x0.25, whose weights are the user's to add.

    Args:
        path: an ONNX file: float32 batch×3×256×128 to batch×512.
        runtime_library: `libonnxruntime.so…` of the installed wheel.
        device: `auto`, `cpu`, `cuda`, `tensorrt` or `openvino`.
        threads: of the one pool that all models in the process share; 0 is one a core.

    Raises:
        ModelError: no such file, or another network.
        DeviceError: no such device, or the runtime is missing or too old.
    """

    def __new__(
        cls,
        path: str | PathLike[str],
        *,
        runtime_library: str | PathLike[str],
        device: str = "auto",
        threads: int = 0,
    ) -> Self: ...
    def embed(self, frame: Frame, bbox: tuple[float, float, float, float]) -> _Floats | None:
        """What is seen in a box (x1, y1, x2, y2: 0 to 1): (256,), of length 1; none where it is too small.

        Raises:
            ModelError: the network failed while it ran.
        """

@final
class Told:
    """What a frame told, in the order in which it is to be said; false where it told nothing."""

    @property
    def linked(self) -> list[Link]:
        """Whose track it now is."""

    @property
    def events(self) -> list[Event]:
        """What people did. Sets are numbered by visit."""

    @property
    def left(self) -> list[Link]:
        """Tracks that are over."""

    @property
    def over(self) -> list[int]:
        """Visits that are over, by their first track."""

    def __bool__(self) -> bool: ...

@final
class Floor:
    """The people in front of one camera: whose track it is, what they do, and who of them has come back.

    The same calls give the same answers. A track of which it is not known yet whose it is does nothing until it is.

    Args:
        catalogue: the exercises, as JSON.
        detection_high: these four are the pose model's.
        detection_low: see `gymbox.models`.
        new_track: see there.
        keypoint_visible: see there.
        away_s: how long somebody may be out of sight and go on with the same visit.
        looks: the kind of embedding that `look` is given: `colour-parts` or `osnet-x0-25`.
        state: what `state` gave, to go on from there.

    Raises:
        StateError: `state` is of another version, or none.
    """

    def __new__(
        cls,
        catalogue: str,
        *,
        detection_high: float,
        detection_low: float,
        new_track: float,
        keypoint_visible: float,
        away_s: float = 60.0,
        looks: str = "colour-parts",
        state: bytes | None = None,
    ) -> Self: ...
    def step(
        self,
        boxes: _Floats,
        keypoints: _Floats,
        t_ns: int,
        *,
        width: int,
        height: int,
        sample_aspect_ratio: float = 1.0,
    ) -> Told:
        """What a frame means in which a pose model saw boxes with scores (n, 5) and keypoints (n, 17, 3).

        A second frame at the same time is dropped. A picture of another size ends everything.

        Raises:
            ValueError: arrays of another shape.
            VideoError: time runs backwards.
        """

    @property
    def due(self) -> list[int]:
        """Tracks of the last frame that are to be looked at now."""

    def colours(self, frame: Frame, track: int) -> _Floats | None:
        """The colours (256,) of somebody of the last frame, which `frame` is; none where too little of them is seen."""

    def look(self, track: int, looks: _Floats | None) -> None:
        """Remember what somebody of the last frame looks like: an embedding (256,), or none where there was none."""

    def name(self, track: int, exercise: str | None) -> Told:
        """What follows from being told what somebody does; none lets the recogniser find out.

        Raises:
            ExerciseError: the exercise is not in the catalogue.
        """

    def finish(self) -> Told:
        """Ends every set and every visit: the stream is over."""

    def state(self) -> bytes:
        """All that is remembered, for a floor of the same version."""

    @property
    def people(self) -> list[Person]:
        """Who was in the last frame, in the order of tracks."""

    @property
    def links(self) -> list[Link]:
        """The tracks that are not over, and whose each is."""

    @property
    def visits(self) -> list[tuple[int, int]]:
        """Every visit that is not over, by its first track, and the newest track that it had."""

    @property
    def last_ns(self) -> int | None:
        """When the last frame was taken."""

    @property
    def picture(self) -> tuple[int, int, float] | None:
        """Width, height and sample aspect ratio of the last frame."""

    @property
    def empty(self) -> bool:
        """Whether nobody is here, and nobody may come back."""

def compute_angle(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float | None:
    """Degrees at `b` between the rays to `a` and to `c`, 0 to 180.

    Points are x, y in square units. None where a ray has no length or a coordinate is not finite.
    """

def glimpses(
    keypoints: _Floats,
    times_ns: npt.NDArray[np.int64],
    *,
    width: int,
    height: int,
    sample_aspect_ratio: float = 1.0,
    keypoint_visible: float = 0.1,
) -> tuple[npt.NDArray[np.int64], _Floats]:
    """What the recogniser looks at of one person, ten times a second: (times in nanoseconds, rows).

    Args:
        keypoints: (T, 17, 3) of x, y, score of the frames in which the person was found.
        times_ns: (T,) rising.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        sample_aspect_ratio: width of a pixel over its height.
        keypoint_visible: a keypoint under this counts as unseen.

    Returns:
        (N,) ends of the steps, and (N, GLIMPSE_WIDTH): of 13 joints x and y from the trunk's middle in body heights and
        how well they are seen, 0 to 1; then how far the trunk is from its usual place and how fast it moves, x and y.

    Raises:
        ValueError: arrays of other shapes.
    """

def median_smooth(values: Sequence[float]) -> float | None:
    """The middle of the values, or the mean of the two middle ones; not-a-number does not count, None is no value."""

_Channel: TypeAlias = Literal["legs", "arms", "left_arm", "right_arm"]
"""Hips over ankles; wrists over shoulders of both arms, of the left, of the right."""

@final
class Athletes:
    """People who exercise, a row each: keypoints in, events out.

    For those who have keypoints and tracks of their own; `Pipeline` finds both. An event's track is its row, from 1.

    Args:
        catalogue: the exercises, as `gymbox.exercises.catalogue_json` writes them.
        people: how many rows.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        sample_aspect_ratio: width of a pixel over its height.
        keypoint_visible: a keypoint under this counts as unseen; depends on the pose model.
        exercise: the only one that is done; None recognises it.

    Raises:
        ExerciseError: a catalogue that contradicts itself.
        ValueError: an exercise that is not in it, or a picture without a size.
    """

    def __new__(
        cls,
        catalogue: str,
        people: int,
        *,
        width: int,
        height: int,
        sample_aspect_ratio: float = 1.0,
        keypoint_visible: float = 0.1,
        exercise: str | None = None,
    ) -> Self: ...
    def step(self, keypoints: _Floats, t_ns: int) -> list[Event]:
        """What follows from one more frame; one that is not later than the last is ignored.

        Args:
            keypoints: (people, 17, 3): x, y, score; who is unseen has scores of 0.
            t_ns: when the picture was taken.

        Raises:
            ValueError: an array of another shape.
        """

    def finish(self, t_ns: int) -> list[Event]:
        """Ends every set: the stream is over."""

@final
class Motions:
    """The beginning of the walk alone: smooth joint angles, and cycles without a name.

    Args:
        people: how many rows.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        sample_aspect_ratio: width of a pixel over its height.
        keypoint_visible: a keypoint under this counts as unseen.

    Raises:
        ValueError: a picture without a size.
    """

    def __new__(
        cls,
        people: int,
        *,
        width: int,
        height: int,
        sample_aspect_ratio: float = 1.0,
        keypoint_visible: float = 0.1,
    ) -> Self: ...
    def step(self, keypoints: _Floats, t_ns: int) -> tuple[_Floats, list[tuple[int, _Channel, int, int, int, float]]]:
        """Angles, and the cycles that this frame ended.

        Args:
            keypoints: (people, 17, 3): x, y, score; who is unseen has scores of 0.
            t_ns: when the picture was taken, later than the last.

        Returns:
            Degrees (people, 8) of elbows, shoulders, hips and knees, left before right, not-a-number where unseen. And
            each rise and return as row, channel, start, turn and end in nanoseconds, and its rise in body heights.

        Raises:
            ValueError: an array of another shape.
        """
