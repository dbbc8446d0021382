"""A body taking a pose, joint by joint from the hips outwards, many instants at once."""

import numpy as np
from body import DRIVEN, TRUNK, Body, Pose
from rotation import IDENTITY, Array, X, Y, Z, align, angle_at, apply, between, turn, unit

SIDES = (("L", 1.0), ("R", -1.0))  # a side and the sign of its x

# How far along the way from the pelvis to the chest, and from the chest to the head, each bone has turned.
SPINE = dict(zip(TRUNK[1:6], (0.25, 0.5, 0.8, 1.0, 1.0), strict=True))
NECK = dict(zip(TRUNK[6:], (0.3, 0.6, 0.8, 1.0), strict=True))
FIST = {"1": 65.0, "2": 150.0, "3": 200.0}  # degrees that a finger's joints have closed in a full fist


class Figure:
    """World rotations (of rest axes) given bone by bone, parents first; a bone not named keeps to its parent.

    Args:
        body: Whose figure.
        pelvis: `(T, 3, 3)` rotation of the pelvis.
        hips: `(T, 3)` where the middle between the hip joints is.
    """

    def __init__(self, body: Body, pelvis: Array, hips: Array) -> None:
        self.body = body
        self.rotation: dict[str, Array] = {"root": pelvis}
        self.offset: dict[str, Array] = {"root": hips - apply(pelvis, body.hips)}

    def turn(self, bone: str, rotation: Array) -> None:
        """Give `bone` a world rotation about its head, which its parent carries."""
        where = self.where(bone)
        self.rotation[bone] = rotation
        self.offset[bone] = where - apply(rotation, self.body.joint[bone])

    def _carrier(self, bone: str) -> str:
        while bone not in self.rotation:
            bone = self.body.parent[bone]
        return bone

    def where(self, bone: str) -> Array:
        """Where the head of `bone` is, `(T, 3)`."""
        carrier = bone if bone == "root" else self._carrier(self.body.parent[bone])
        return apply(self.rotation[carrier], self.body.joint[bone]) + self.offset[carrier]

    def trunk(self, chest: Array, head: Array) -> None:
        """Bend the spine from the pelvis to `chest` and the neck on to `head`, spread over their bones."""
        pelvis = self.rotation["root"]
        for bone, share in SPINE.items():
            self.turn(bone, between(pelvis, chest, share))
        for bone, share in NECK.items():
            self.turn(bone, between(chest, head, share))

    def shrug(self, side: str, degrees: Array | float) -> None:
        """Lift a shoulder."""
        sign = 1.0 if side == "L" else -1.0
        chest = self.rotation["spine01"]
        self.turn(f"clavicle.{side}", chest @ turn(Y, -sign * np.asarray(degrees) * 0.4))
        self.turn(f"shoulder01.{side}", chest @ turn(Y, -sign * np.asarray(degrees)))

    def arm(
        self,
        side: str,
        upper: Array,
        hinge: Array,
        flex: Array | float,
        *,
        twist: Array | float = 0.0,
        fist: float = 0.35,
        hand: Array | None = None,
    ) -> None:
        """Point the upper arm along `upper`, bend the elbow by `flex` degrees about `hinge`, turn the palm by `twist`.

        With `hand` the wrist has that world rotation instead.
        """
        body, sign = self.body, 1.0 if side == "L" else -1.0
        shoulder, elbow, wrist = (body.joint[f"{bone}.{side}"] for bone in ("upperarm01", "lowerarm01", "wrist"))
        upper, hinge = np.broadcast_arrays(unit(upper), unit(hinge))
        fore = apply(turn(hinge, flex), upper)
        forearm = align(wrist - elbow, body.elbow_hinge[side], fore, hinge)
        self.turn(f"upperarm01.{side}", align(elbow - shoulder, body.elbow_hinge[side], upper, hinge))
        self.turn(f"lowerarm01.{side}", forearm)
        if hand is None:
            # The lower half turns about its own line to the wrist: the wrist stays where the elbow's angle puts it.
            lower = apply(forearm, wrist - body.joint[f"lowerarm02.{side}"])
            self.turn(f"lowerarm02.{side}", turn(lower, -sign * np.asarray(twist) / 2) @ forearm)
            hand = turn(fore, -sign * np.asarray(twist)) @ forearm
        self.turn(f"wrist.{side}", hand)
        for finger in "2345":
            first, last = body.joint[f"finger{finger}-1.{side}"], body.tail[f"finger{finger}-3.{side}"]
            axis = np.cross(last - first, body.palm[side])
            for joint, degrees in FIST.items():
                self.turn(f"finger{finger}-{joint}.{side}", hand @ turn(axis, degrees * fist))

    def reach(
        self, side: str, wrist: Array, elbow_towards: Array, *, fist: float = 0.35, hand: Array | None = None
    ) -> None:
        """Bring the wrist to a place, the elbow bending towards a direction. Out of reach, the arm is straight."""
        body = self.body
        shoulder = self.where(f"upperarm01.{side}")
        elbow, wrist = _two_bones(shoulder, wrist, elbow_towards, body.upper_arm, body.forearm)
        flex = 180 - angle_at(shoulder, elbow, wrist)
        self.arm(side, elbow - shoulder, np.cross(elbow - shoulder, wrist - elbow), flex, fist=fist, hand=hand)

    def hang(
        self, side: str, *, away: Array | float = 9.0, forward: Array | float = 0.0, flex: Array | float = 14.0
    ) -> None:
        """Let an arm hang beside the chest."""
        sign, chest = (1.0 if side == "L" else -1.0), self.rotation["spine01"]
        upper = apply(chest @ turn(X, -np.asarray(forward)) @ turn(Y, -sign * np.asarray(away)), -Z)
        self.arm(side, upper, np.cross(upper, apply(chest, -Y)), flex)

    def leg(self, side: str, ankle: Array, knee_towards: Array, foot: Array = IDENTITY) -> None:
        """Bring the ankle to a place, the knee bending towards a direction, the foot with a world rotation."""
        body = self.body
        hip, rest = self.where(f"upperleg01.{side}"), body.joint
        knee, ankle = _two_bones(hip, ankle, knee_towards, body.thigh, body.shin)
        hinge = np.cross(unit(knee_towards), ankle - hip)
        thigh = rest[f"lowerleg01.{side}"] - rest[f"upperleg01.{side}"]
        shin = rest[f"foot.{side}"] - rest[f"lowerleg01.{side}"]
        self.turn(f"upperleg01.{side}", align(thigh, X, knee - hip, hinge))
        self.turn(f"lowerleg01.{side}", align(shin, X, ankle - knee, hinge))
        self.turn(f"foot.{side}", foot)

    def pose(self) -> Pose:
        """The pose as it stands."""
        carriers = [self._carrier(bone) for bone in DRIVEN]
        time = np.broadcast_shapes(*(offset.shape[:-1] for offset in self.offset.values()))
        return Pose(
            np.stack([np.broadcast_to(self.rotation[bone], (*time, 3, 3)) for bone in carriers], -3),
            np.stack([np.broadcast_to(self.offset[bone], (*time, 3)) for bone in carriers], -2),
        )


def _two_bones(root: Array, end: Array, towards: Array, first: float, second: float) -> tuple[Array, Array]:
    """The middle joint of a two-bone limb and its end, which is brought within reach (law of cosines)."""
    way = end - root
    length = np.clip(np.linalg.norm(way, axis=-1, keepdims=True), abs(first - second) * 1.02, (first + second) * 0.9999)
    way = unit(way)
    along = (first**2 - second**2 + length**2) / (2 * length)
    aside = np.sqrt(np.maximum(first**2 - along**2, 0))
    towards = np.asarray(towards, float)
    across = unit(towards - way * (towards * way).sum(-1, keepdims=True))
    return root + way * along + across * aside, root + way * length
