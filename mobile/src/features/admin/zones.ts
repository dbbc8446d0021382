/** Privacy zones while they are drawn: polygons, x and y 0 to 1 over the picture. */
export type Corner = [number, number];
export type Zone = Corner[];

/** A drag that covers less of either side was a slip. */
const LEAST = 0.015;

const bounded = (value: number) => Math.min(1, Math.max(0, Math.round(value * 10_000) / 10_000));

/** Between two opposite corners; none where that is too small to be meant. */
export function rectangle([x1, y1]: Corner, [x2, y2]: Corner): Zone | null {
  if (Math.abs(x1 - x2) < LEAST || Math.abs(y1 - y2) < LEAST) return null;
  const [left, right] = [bounded(Math.min(x1, x2)), bounded(Math.max(x1, x2))];
  const [top, bottom] = [bounded(Math.min(y1, y2)), bounded(Math.max(y1, y2))];
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

/** The zones with one corner elsewhere. */
export function moved(zones: readonly Zone[], at: Handle, [x, y]: Corner): Zone[] {
  return zones.map((zone, place) =>
    place === at.zone ? zone.map((corner, turn): Corner => (turn === at.corner ? [bounded(x), bounded(y)] : corner)) : zone,
  );
}

export type Handle = { zone: number; corner: number };

/** The corner that is within `reach` of a point, both in pixels of a picture of this size: the nearest. */
export function grasped(
  zones: readonly Zone[],
  [x, y]: Corner,
  size: { width: number; height: number },
  reach: number,
): Handle | null {
  let nearest: Handle | null = null;
  let least = reach;
  zones.forEach((corners, zone) =>
    corners.forEach((corner, turn) => {
      const away = Math.hypot((corner[0] - x) * size.width, (corner[1] - y) * size.height);
      if (away <= least) {
        least = away;
        nearest = { zone, corner: turn };
      }
    }),
  );
  return nearest;
}
