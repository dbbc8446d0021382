//! A loaded pose model: frames in, people out.

use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::geometry::Point;
use crate::onnx::{self, Declared, Device, Element, Input};
use crate::pose::letterbox::{Canvas, Letterbox};
use crate::pose::nms::{Same, suppress};
use crate::pose::scaler::Scaler;
use crate::pose::{Detection, Keypoint, Thresholds, movenet, yolo};
use std::path::Path;

/// How a model's numbers are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// YOLOv8-pose and YOLO11-pose as exported: every candidate, B×56×N.
    YoloRaw,
    /// YOLO-pose that suppresses doubles itself: B×300×57.
    YoloSuppressed,
    /// `MoveNet` `MultiPose`: 1×6×56.
    MoveNet,
}

impl Head {
    /// Recognises a head by the model's input and output.
    ///
    /// # Errors
    /// [`Error::Model`] with the heads that are known.
    pub fn recognise(model: &str, input: &Declared, output: &Declared) -> Result<Self> {
        match (input.element, &input.shape[..], output.element, &output.shape[..]) {
            (Element::Float, [_, 3, _, _], Element::Float, [_, 56, _]) => Ok(Self::YoloRaw),
            (Element::Float, [_, 3, _, _], Element::Float, [_, _, 57]) => Ok(Self::YoloSuppressed),
            (Element::Int, [_, _, _, 3], Element::Float, [_, 6 | -1, 56]) => Ok(Self::MoveNet),
            _ => Err(Error::Model {
                model: model.to_owned(),
                expected: "f32 B×3×H×W to f32 B×56×N or B×300×57 (YOLO-pose), or i32 1×H×W×3 to f32 1×6×56 (MoveNet)"
                    .to_owned(),
                got: format!("{} to {}", describe(input), describe(output)),
            }),
        }
    }

    /// The long side of the input, in pixels, where the model leaves it open: what each was trained with.
    fn usual_long_side(self) -> usize {
        match self {
            Self::YoloRaw | Self::YoloSuppressed => 640,
            Self::MoveNet => 256,
        }
    }

    /// What makes two detections one person; `None` where the model has seen to it.
    fn same_person(self) -> Option<Same> {
        match self {
            // Ultralytics' own default.
            Self::YoloRaw => Some(Same::Boxes(0.7)),
            Self::YoloSuppressed => None,
            // COCO counts a pose as found from 0.5 on; no two people of the labelled clips are more alike than 0.1.
            Self::MoveNet => Some(Same::Poses(0.5)),
        }
    }
}

/// A pose model on a device.
#[derive(Debug)]
pub struct PoseModel {
    model: onnx::Model,
    head: Head,
    canvas: Canvas,
    takes_batches: bool,
    thresholds: Thresholds,
    scaler: Scaler,
    floats: Vec<f32>,
    ints: Vec<i32>,
}

impl PoseModel {
    /// Loads the model at `path`; `long_side` in pixels applies where the model leaves its input's size open, and 0 takes
    /// the size that it was trained with. A longer side finds smaller people and costs with its square.
    ///
    /// # Errors
    /// Those of [`onnx::Model::open`], and [`Error::Model`] where the head is none of [`Head`], or `long_side` is not what
    /// the model wants.
    pub fn open(path: &Path, thresholds: Thresholds, long_side: usize, options: &onnx::Options) -> Result<Self> {
        let model = onnx::Model::open(path, options)?;
        let head = Head::recognise(model.path(), model.input(), model.output())?;
        let canvas = canvas(model.path(), head, model.input(), long_side)?;
        let takes_batches = model.input().shape[0] == -1;
        let (scaler, floats, ints) = (Scaler::default(), Vec::new(), Vec::new());
        Ok(Self { model, head, canvas, takes_batches, thresholds, scaler, floats, ints })
    }

    /// Which head it has.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// What its scores mean.
    #[must_use]
    pub fn thresholds(&self) -> Thresholds {
        self.thresholds
    }

    /// Where it runs.
    #[must_use]
    pub fn device(&self) -> Device {
        self.model.device()
    }

    /// Why each better device was passed over, when it was left to choose.
    #[must_use]
    pub fn passed_over(&self) -> &[String] {
        self.model.passed_over()
    }

    /// The people in a frame, best first, with coordinates 0 to 1 of the upright picture.
    ///
    /// # Errors
    /// [`Error::Inference`] where the model fails while it runs.
    pub fn detect(&mut self, frame: &Frame) -> Result<Vec<Detection>> {
        let place = Letterbox::fit(&frame.picture(), self.canvas);
        Ok(self.run(std::slice::from_ref(frame), &[place])?.pop().unwrap_or_default())
    }

    /// The people in each frame; frames that fill the input alike go through the model together where it takes batches.
    ///
    /// # Errors
    /// [`Error::Inference`] where the model fails while it runs.
    pub fn detect_batch(&mut self, frames: &[Frame]) -> Result<Vec<Vec<Detection>>> {
        let mut people = Vec::with_capacity(frames.len());
        let places: Vec<_> = frames.iter().map(|frame| Letterbox::fit(&frame.picture(), self.canvas)).collect();
        while people.len() < frames.len() {
            let start = people.len();
            let size = |place: &Letterbox| (place.width, place.height);
            let alike = places[start..].iter().take_while(|place| size(place) == size(&places[start])).count();
            let end = start + if self.takes_batches { alike } else { 1 };
            people.extend(self.run(&frames[start..end], &places[start..end])?);
        }
        Ok(people)
    }

    /// One inference over frames whose inputs are of one size.
    fn run(&mut self, frames: &[Frame], places: &[Letterbox]) -> Result<Vec<Vec<Detection>>> {
        let Self { model, scaler, floats, ints, head, thresholds, .. } = self;
        let (width, height) = (places[0].width, places[0].height);
        let (batch, size) = (frames.len(), 3 * width * height);
        let (input, shape) = if *head == Head::MoveNet {
            ints.resize(batch * size, 0);
            for ((frame, place), out) in frames.iter().zip(places).zip(ints.chunks_exact_mut(size)) {
                scaler.interleaved(frame, place, out)?;
            }
            (Input::Int(ints), [batch, height, width, 3])
        } else {
            floats.resize(batch * size, 0.0);
            for ((frame, place), out) in frames.iter().zip(places).zip(floats.chunks_exact_mut(size)) {
                scaler.planar(frame, place, out)?;
            }
            (Input::Float(floats), [batch, 3, height, width])
        };
        let decode = |shape: &[i64], data: &[f32]| {
            let [got, rows, columns] = *shape else {
                return None;
            };
            let (rows, columns) = (rows as usize, columns as usize);
            let right = match head {
                Head::YoloRaw => rows == yolo::RAW,
                Head::YoloSuppressed => columns == yolo::SUPPRESSED,
                Head::MoveNet => columns == movenet::NUMBERS,
            };
            if got as usize != batch || !right || data.is_empty() {
                return None;
            }
            let least = thresholds.detection_low;
            let pictures = data.chunks_exact(rows * columns).zip(places);
            let people = pictures.map(|(data, place)| {
                let detections = match head {
                    Head::YoloRaw => yolo::raw(data, columns, least),
                    Head::YoloSuppressed => yolo::suppressed(data, least),
                    Head::MoveNet => movenet::decode(data, width, height, least),
                };
                let people = head.same_person().map_or(detections.clone(), |same| suppress(detections, same));
                people.into_iter().map(|person| to_picture(&person, place)).collect()
            });
            Some(people.collect())
        };
        let people: Option<Vec<Vec<Detection>>> = model.run(input, shape, decode)?;
        people.ok_or_else(|| Error::Inference {
            model: self.model.path().to_owned(),
            reason: "its output is not of the shape it declared".to_owned(),
        })
    }
}

fn to_picture(person: &Detection, place: &Letterbox) -> Detection {
    Detection {
        bbox: place.box_to_picture(&person.bbox),
        score: person.score,
        keypoints: person.keypoints.map(|keypoint| {
            let Point { x, y } = place.to_picture(Point { x: keypoint.x, y: keypoint.y });
            Keypoint { x, y, score: keypoint.score }
        }),
    }
}

/// The size that the model's input has, or that was asked for.
fn canvas(model: &str, head: Head, input: &Declared, long_side: usize) -> Result<Canvas> {
    let (height, width) = match head {
        Head::MoveNet => (input.shape[1], input.shape[2]),
        Head::YoloRaw | Head::YoloSuppressed => (input.shape[2], input.shape[3]),
    };
    let wrong = |expected: String| Error::Model {
        model: model.to_owned(),
        expected,
        got: format!("a long side of {long_side} for an input of {}", describe(input)),
    };
    match (width, height) {
        (-1, -1) if long_side == 0 => Ok(Canvas::LongSide(head.usual_long_side())),
        (-1, -1) if long_side.is_multiple_of(32) => Ok(Canvas::LongSide(long_side)),
        (-1, -1) => Err(wrong("a multiple of 32".to_owned())),
        (1.., 1..) if long_side == 0 || i64::try_from(long_side) == Ok(width.max(height)) => {
            Ok(Canvas::Fixed { width: width as usize, height: height as usize })
        }
        (1.., 1..) => Err(wrong(format!("{}, which is fixed", width.max(height)))),
        _ => Err(wrong("width and height both fixed or both open".to_owned())),
    }
}

/// A tensor in a message: `f32 ?×3×640×640`.
fn describe(tensor: &Declared) -> String {
    let element = match tensor.element {
        Element::Float => "f32",
        Element::Int => "i32",
        Element::Other => "another type",
    };
    let sizes: Vec<_> = tensor.shape.iter().map(|&n| if n < 0 { "?".to_owned() } else { n.to_string() }).collect();
    format!("{element} {}", sizes.join("×"))
}
