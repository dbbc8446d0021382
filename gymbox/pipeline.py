"""The live path in one object: a picture in, events out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gymbox import _core, models
from gymbox.exercises import Catalogue, catalogue_json
from gymbox.runtime import runtime_library

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from gymbox.picture import Picture


class Pipeline:
    """Follows the people in front of one camera and tells what they do.

    The same pictures at the same times give the same events. Coordinates are 0 to 1 of the upright picture, times are
    nanoseconds of one monotonic clock. A pipeline is for one camera, and may be used from any thread.

    Args:
        model: a name from `gymbox models list`, the path of an ONNX file, or None for the default model.
        device: `auto`, `cpu`, `cuda`, `tensorrt` or `openvino`. `auto` takes the first of TensorRT, CUDA and the
            processor that is there; any other that is not there is an error.
        threads: of the one pool that all models in the process share; 0 is one a core.
        exercise: the only exercise that is done here; None recognises it.
        exercises: the exercises to tell apart; None takes gymbox's own.
        frames: False for a pipeline that takes recorded detections only, and so needs no weights and no device.

    Raises:
        ModelError: the model is missing, altered, or none of the known heads.
        DeviceError: the device, or the runtime, is not there.
        ExerciseError: `exercise` is not among the exercises.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        device: str = "auto",
        threads: int = 0,
        exercise: str | None = None,
        exercises: Catalogue | None = None,
        frames: bool = True,
    ) -> None:
        self._model = None
        if frames:
            found = models.find(model)
            thresholds = found.thresholds.model_dump()
            self._model = _core.PoseModel(
                found.path,
                runtime_library=runtime_library(),
                device=device,
                threads=threads,
                long_side=0 if found.input_size else found.long_side,
                **thresholds,
            )
        else:
            thresholds = models.described(model).thresholds.model_dump()
        self._core = _core.Pipeline(catalogue_json(exercises), self._model, exercise=exercise, **thresholds)

    @property
    def device(self) -> str | None:
        """Where the model runs; None without one."""
        return self._model.device if self._model else None

    def step(
        self, picture: Picture, t_ns: int, *, sample_aspect_ratio: float = 1.0, rotation: int = 0
    ) -> Sequence[_core.Event]:
        """What happened up to and including this picture. Releases the GIL.

        A second picture at the same time is dropped. A picture of another size ends every set.

        Args:
            picture: a PyAV frame, or an array (height, width, 3) of RGB bytes.
            t_ns: when it was taken.
            sample_aspect_ratio: width of a pixel over its height.
            rotation: degrees clockwise that bring it upright, a multiple of 90.

        Raises:
            VideoError: time runs backwards, or the picture is none.
            ModelError: the model failed, or there is none.
        """
        from gymbox.picture import frame_of  # noqa: PLC0415 - PyAV is not needed to replay a trace

        return self._core.step(frame_of(picture, sample_aspect_ratio=sample_aspect_ratio, rotation=rotation), t_ns)

    def step_detections(
        self,
        boxes: npt.ArrayLike,
        keypoints: npt.ArrayLike,
        t_ns: int,
        *,
        width: int,
        height: int,
        sample_aspect_ratio: float = 1.0,
    ) -> Sequence[_core.Event]:
        """What happened up to and including a moment that a pose model has looked at before.

        Args:
            boxes: (n, 5): x1, y1, x2, y2, score.
            keypoints: (n, 17, 3): x, y, score, in COCO's order.
            t_ns: when the picture was taken.
            width: of the picture, in pixels.
            height: of the picture, in pixels.
            sample_aspect_ratio: width of a pixel over its height.

        Raises:
            VideoError: time runs backwards.
            ValueError: arrays of another shape.
        """
        return self._core.step_detections(
            np.ascontiguousarray(np.asarray(boxes, np.float32).reshape(-1, 5)),
            np.ascontiguousarray(np.asarray(keypoints, np.float32).reshape(-1, 17, 3)),
            t_ns,
            width=width,
            height=height,
            sample_aspect_ratio=sample_aspect_ratio,
        )

    def finish(self) -> Sequence[_core.Event]:
        """What follows from there being no more: open sets end, and what was provisional is confirmed or withdrawn."""
        return self._core.finish()

    @property
    def detections(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """What the model saw last: boxes with scores (n, 5), keypoints (n, 17, 3)."""
        return self._core.detections

    @property
    def people(self) -> Sequence[_core.Person]:
        """Who was there last, with what they are doing, in the order of tracks."""
        return self._core.people
