// A person as a skeleton: COCO's 17 points, scaled to their box.
const BONES = [
  [5, 7], [7, 9], [6, 8], [8, 10], [5, 6], [5, 11], [6, 12], [11, 12], [11, 13], [13, 15], [12, 14], [14, 16],
];
const SEEN = 0.2; // score of a point that is drawn
const HEIGHT = 220;

export function draw({ bbox: [left, top, right, bottom], keypoints }) {
  const scale = HEIGHT / (bottom - top);
  const canvas = document.createElement("canvas");
  canvas.height = HEIGHT;
  canvas.width = Math.max(60, ((right - left) * scale * 16) / 9);
  const pen = canvas.getContext("2d");
  const place = ([x, y]) => [((x - left) / (right - left)) * canvas.width, (y - top) * scale];
  pen.lineWidth = 5;
  pen.lineCap = "round";
  pen.strokeStyle = "#0b5fad";
  for (const [from, to] of BONES) {
    if (keypoints[from][2] < SEEN || keypoints[to][2] < SEEN) continue;
    pen.beginPath();
    pen.moveTo(...place(keypoints[from]));
    pen.lineTo(...place(keypoints[to]));
    pen.stroke();
  }
  if (keypoints[0][2] >= SEEN) {
    pen.beginPath();
    pen.arc(...place(keypoints[0]), 10, 0, 2 * Math.PI);
    pen.stroke();
  }
  return canvas;
}
