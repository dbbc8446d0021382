// Made by `./just wire` from the hub's models; a test holds it to them, so it is not to be changed by hand.
import { boolean, integer, list, literal, nothing, nullable, number, object, record, string, tuple, union } from "./check";
import type { Infer } from "./check";

/** How things stand. */
export const Backups = object({
  /** Whether there is one: without, no backup leaves the box. */
  key: boolean,
  folder: string,
  running: boolean,
  /** The newest that is good. */
  made_at: nullable(string),
  size_bytes: integer,
  failed_at: nullable(string),
  /** Of the last one, where it failed. */
  error: string,
  /** Whether they lie on the box's own disk, and die with it. */
  own_disk: boolean,
});
export type Backups = Infer<typeof Backups>;

/** One of the streams that a camera sends. */
export const CameraStream = object({
  name: string,
  /** As a camera of the settings takes it: with the credentials that were given. */
  url: string,
  codec: string,
  width: integer,
  /** 0 × 0 where the camera does not say. */
  height: integer,
  fps: nullable(integer),
});
export type CameraStream = Infer<typeof CameraStream>;

/** All of them, the most fitting first. */
export const CameraStreams = object({
  streams: list(CameraStream),
});
export type CameraStreams = Infer<typeof CameraStreams>;

/** How a camera last said it was. */
export const Status = object({
  state: string,
  detail: string,
  codec: nullable(string),
  width: nullable(integer),
  height: nullable(integer),
  fps: nullable(number),
  decoder: nullable(string),
  frames: integer,
  dropped: integer,
  reconnects: integer,
  retry_in_s: nullable(number),
  at: string,
});
export type Status = Infer<typeof Status>;

/** A camera of the settings. */
export const Camera = object({
  id: string,
  /** Which part of the floor it sees. */
  zone: string,
  description: string,
  /** Its address, credentials hidden. */
  source: string,
  enabled: boolean,
  rotate: integer,
  /** Polygons, 0 to 1 over the upright picture, that are black in everything stored or shown. */
  privacy_zones: list(list(tuple(number, number))),
  /** Whom it sees now. */
  people: integer,
  /** None where its process has said nothing since the hub began. */
  status: nullable(Status),
});
export type Camera = Infer<typeof Camera>;

/** All of them, as the settings list them. */
export const Cameras = object({
  cameras: list(Camera),
});
export type Cameras = Infer<typeof Cameras>;

/** The person in one picture of a clip. */
export const ClipPose = object({
  /** Since the clip began. */
  at_s: number,
  /** COCO's 17, each x, y, score; 0 to 1 of the upright picture. */
  keypoints: list(tuple(number, number, number)),
});
export type ClipPose = Infer<typeof ClipPose>;

/** Whom a clip is of, as a skeleton to draw over it, picture by picture. */
export const ClipPoses = object({
  clip_id: string,
  poses: list(ClipPose),
});
export type ClipPoses = Infer<typeof ClipPoses>;

/** A pairing code: good once, and for minutes. */
export const Code = object({
  token: string,
  /** What a QR code shows: a phone's camera opens it. */
  url: string,
  /** The QR code itself: a text of 0 and 1 for each row, 1 is dark, without a margin. */
  matrix: list(string),
  expires_at: string,
});
export type Code = Infer<typeof Code>;

/** A paired phone or screen. */
export const PairedDevice = object({
  id: string,
  name: string,
  paired_at: string,
  revoked_at: nullable(string),
});
export type PairedDevice = Infer<typeof PairedDevice>;

/** All of them, newest first. */
export const Devices = object({
  devices: list(PairedDevice),
});
export type Devices = Infer<typeof Devices>;

/** One thing that the doctor looked at. */
export const Finding = object({
  about: string,
  /** `ok`, `warn` or `fail`. */
  verdict: string,
  came: string,
  expected: string,
  remedy: string,
});
export type Finding = Infer<typeof Finding>;

/** All that it looked at. */
export const Findings = object({
  findings: list(Finding),
});
export type Findings = Infer<typeof Findings>;

/** A camera that said it is there. */
export const FoundCamera = object({
  address: string,
  /** Where it can be asked what it sends. */
  service: string,
  /** Often its maker; may be empty, like all below. */
  name: string,
  hardware: string,
  location: string,
  /** Of the settings' camera at this address, if there is one. */
  camera_id: nullable(string),
});
export type FoundCamera = Infer<typeof FoundCamera>;

/** All of them, by address. */
export const FoundCameras = object({
  cameras: list(FoundCamera),
});
export type FoundCameras = Infer<typeof FoundCameras>;

/** It is. */
export const Health = object({
  status: literal("ok"),
});
export type Health = Infer<typeof Health>;

/** A form alert as its set keeps it. */
export const Alert = object({
  alert_id: string,
  track_id: string,
  check: string,
  phase: string,
  rep: integer,
  measured: number,
  min: nullable(number),
  max: nullable(number),
  t_ns: integer,
  at: string,
  /** Once the clip lies on disk. */
  clip_id: nullable(string),
});
export type Alert = Infer<typeof Alert>;

/** A set: `exercise` and `reps` as they hold now, beside what was counted. */
export const Set = object({
  id: string,
  session_id: nullable(string),
  track_id: string,
  exercise: string,
  reps: integer,
  counted_exercise: string,
  counted_reps: integer,
  partial_reps: integer,
  corrected: boolean,
  deleted: boolean,
  started_at: string,
  /** None while it goes on. */
  ended_at: nullable(string),
  form_score: nullable(number),
  alerts: list(Alert),
});
export type Set = Infer<typeof Set>;

/** What a track's person did in this visit; only the track's own sets where it belongs to no visit. */
export const History = object({
  track_id: string,
  session_id: nullable(string),
  sets: list(Set),
});
export type History = Infer<typeof History>;

/** Something the operator has to know. */
export const Incident = object({
  id: integer,
  at: string,
  kind: string,
  detail: string,
  seen_at: nullable(string),
});
export type Incident = Infer<typeof Incident>;

/** What nobody has confirmed to have seen, oldest first. */
export const Incidents = object({
  incidents: list(Incident),
});
export type Incidents = Infer<typeof Incidents>;

/** What good form is held to. */
export const Check = object({
  id: string,
  /** What the person is told, by language. */
  message: record(string),
});
export type Check = Infer<typeof Check>;

/** An exercise. */
export const KnownExercise = object({
  id: string,
  /** By language. */
  name: record(string),
  /** Whose angle is its range, left and right: `left_knee`, `right_knee`. */
  joints: tuple(string, string),
  /** Degrees at lockout. */
  up_angle: number,
  /** Degrees at the turn. */
  down_angle: number,
  checks: list(Check),
});
export type KnownExercise = Infer<typeof KnownExercise>;

/** All that this box knows. */
export const KnownExercises = object({
  exercises: list(KnownExercise),
});
export type KnownExercises = Infer<typeof KnownExercises>;

/** The operator's token. */
export const LoggedIn = object({
  token: string,
  expires_at: string,
});
export type LoggedIn = Infer<typeof LoggedIn>;

/** The box as a machine. */
export const Machine = object({
  /** What the network calls it: found as `NAME.local`. */
  name: string,
  /** Where it is reached. */
  addresses: list(string),
  /** None where the system does not say. */
  time_zone: nullable(string),
  /** Whether gymbox looks after the machine: only then can time zone and Wi-Fi be changed from here. */
  managed: boolean,
});
export type Machine = Infer<typeof Machine>;

/** A visit with its sets, oldest first; deleted sets are left out. */
export const Session = object({
  id: string,
  device_id: nullable(string),
  started_at: string,
  ended_at: nullable(string),
  track_ids: list(string),
  sets: list(Set),
});
export type Session = Infer<typeof Session>;

/** A person's own, or the box's for all who have said nothing. */
export const Wishes = object({
  language: literal("en", "de"),
  /** `quiet`: faults, and how a set was. `normal`: also half of the usual set, the last repetitions, a new best, speed that falls off. `chatty`: also encouragement. */
  level: literal("quiet", "normal", "chatty"),
  /** Whether every repetition's number is spoken. */
  counts: boolean,
});
export type Wishes = Infer<typeof Wishes>;

/** A phone and what is its own. */
export const Me = object({
  device_id: string,
  name: string,
  /** How its owner wants to be coached; the box's own way where they have not said. */
  wishes: Wishes,
  /** Newest first, at most 100. */
  sessions: list(Session),
});
export type Me = Infer<typeof Me>;

/** What opens backups from now on, once it was confirmed. */
export const NewKey = object({
  key: string,
  /** How many of its last letters confirm it. */
  asked_back: integer,
});
export type NewKey = Infer<typeof NewKey>;

/** What a device keeps. */
export const Paired = object({
  /** To be sent as `Authorization: Bearer …`. */
  token: string,
  device_id: string,
  expires_at: string,
  box_id: string,
  /** Of the box, to know it again. */
  fingerprint: string,
  /** The visit that is its own already. */
  session_id: nullable(string),
});
export type Paired = Infer<typeof Paired>;

/** Somebody, as a skeleton; coordinates 0 to 1 of the upright picture. */
export const Figure = object({
  track_id: string,
  camera_id: string,
  t_ns: integer,
  /** Width of the picture over its height: what makes coordinates lengths. */
  aspect: number,
  bbox: tuple(number, number, number, number),
  /** COCO's 17, each x, y, score. */
  keypoints: list(tuple(number, number, number)),
});
export type Figure = Infer<typeof Figure>;

/** The set under way, or the last one. */
export const LiveSet = object({
  set_id: string,
  exercise: nullable(string),
  reps: integer,
  partial_reps: integer,
  /** Whether one more repetition is likely. */
  provisional: boolean,
  done: boolean,
});
export type LiveSet = Infer<typeof LiveSet>;

/** Somebody on the floor. */
export const Someone = object({
  figure: Figure,
  zone: string,
  /** The visit to claim; none where the box is not sure yet. */
  session_id: nullable(string),
  /** Whether a phone has the visit already. */
  claimed: boolean,
  /** The set under way or the last one; for screens alone. */
  set: nullable(LiveSet),
});
export type Someone = Infer<typeof Someone>;

/** All who are there. */
export const People = object({
  /** The box's. */
  name: string,
  people: list(Someone),
});
export type People = Infer<typeof People>;

/** A replay; `file` lies in the clips folder. */
export const Clip = object({
  id: string,
  alert_id: string,
  track_id: string,
  set_id: string,
  file: string,
  /** Of its first picture. */
  start_ns: integer,
  duration_s: number,
  /** Width of its picture over its height. */
  aspect: number,
  size_bytes: integer,
  /** The privacy zones that are black in it: polygons, 0 to 1 over the picture. */
  hides: list(list(tuple(number, number))),
  at: string,
});
export type Clip = Infer<typeof Clip>;

/** A paired phone. */
export const Device = object({
  id: string,
  name: string,
  token_id: string,
  paired_at: string,
  seen_at: string,
  revoked_at: nullable(string),
  wishes: nullable(Wishes),
});
export type Device = Infer<typeof Device>;

/** A sentence of the coach. */
export const Notification = object({
  id: integer,
  track_id: string,
  set_id: string,
  alert_id: nullable(string),
  text: string,
  language: string,
  kind: string,
  source: string,
  at: string,
});
export type Notification = Infer<typeof Notification>;

/** A confirmed repetition. */
export const Rep = object({
  number: integer,
  kind: string,
  exercise: string,
  track_id: string,
  start_ns: integer,
  turn_ns: integer,
  end_ns: integer,
  ended_at: string,
  range_of_motion: nullable(number),
  depth: number,
  peak_velocity: number,
  symmetry: nullable(number),
  confidence: number,
});
export type Rep = Infer<typeof Rep>;

/** Everything that is kept about somebody, for themselves. */
export const Person = object({
  person: string,
  device: nullable(Device),
  sessions: list(Session),
  /** By set. */
  reps: record(list(Rep)),
  notifications: list(Notification),
  clips: list(Clip),
  /** Seconds of poses, for replays; they are in no readable form and go by themselves. */
  pose_seconds: integer,
  /** Tracks with an appearance. */
  embeddings: integer,
});
export type Person = Infer<typeof Person>;

/** What went wrong. */
export const Problem = object({
  type: string,
  title: string,
  status: integer,
  detail: string,
});
export type Problem = Infer<typeof Problem>;

/** A set's repetitions. */
export const RepList = object({
  set_id: string,
  reps: list(Rep),
});
export type RepList = Infer<typeof RepList>;

/** A clip of the moment around a form alert. */
export const Replay = object({
  clip_id: string,
  alert_id: string,
  track_id: string,
  set_id: string,
  duration_s: number,
  /** Width of its picture over its height. */
  aspect: number,
  size_bytes: integer,
  at: string,
  /** Relative to the box; good until `expires_at`. */
  url: string,
  expires_at: string,
});
export type Replay = Infer<typeof Replay>;

/** Of a track's visit, newest first. */
export const Replays = object({
  track_id: string,
  replays: list(Replay),
});
export type Replays = Infer<typeof Replays>;

/** A replay can be fetched. */
export const ClipMade = object({
  track_id: string,
  at: string,
  /** Capture time of the frame that made it certain, on the box's own clock. */
  t_ns: integer,
  clip_id: string,
  alert_id: string,
  set_id: string,
  duration_s: number,
});
export type ClipMade = Infer<typeof ClipMade>;

/** A replay. */
export const ClipReady = object({
  type: literal("clip_ready"),
  data: ClipMade,
  cursor: string,
});
export type ClipReady = Infer<typeof ClipReady>;

/** A fault of form. */
export const Fault = object({
  track_id: string,
  at: string,
  /** Capture time of the frame that made it certain, on the box's own clock. */
  t_ns: integer,
  alert_id: string,
  set_id: string,
  exercise: string,
  check: string,
  rep: integer,
  /** By language, such as `{"en": "Chest up"}`. */
  message: record(string),
  measured: number,
  min: nullable(number),
  max: nullable(number),
});
export type Fault = Infer<typeof Fault>;

/** A fault of form. */
export const FormAlert = object({
  type: literal("form_alert"),
  data: Fault,
  cursor: string,
});
export type FormAlert = Infer<typeof FormAlert>;

/** Something to say aloud. */
export const Sentence = object({
  track_id: string,
  at: string,
  /** Capture time of the frame that made it certain, on the box's own clock. */
  t_ns: integer,
  set_id: string,
  alert_id: nullable(string),
  text: string,
  language: string,
  /** A `count` is the bare number of a repetition, for those who asked to hear it. */
  kind: literal("fault", "milestone", "encouragement", "count", "summary"),
  /** The box's own words at once, or a language model's, which follow for the same alert or set. */
  source: literal("cue", "model"),
});
export type Sentence = Infer<typeof Sentence>;

/** A sentence of the coach. */
export const Guidance = object({
  type: literal("guidance"),
  data: Sentence,
  cursor: string,
});
export type Guidance = Infer<typeof Guidance>;

/** Events are gone for good: read the history anew. */
export const Gap = object({
  why: string,
});
export type Gap = Infer<typeof Gap>;

/** Events are gone for good. */
export const Missed = object({
  type: literal("missed"),
  data: Gap,
  cursor: string,
});
export type Missed = Infer<typeof Missed>;

/** No more to say. */
export const Nothing = object({
});
export type Nothing = Infer<typeof Nothing>;

/** The answer to a ping. */
export const Pong = object({
  type: literal("pong"),
  data: Nothing,
});
export type Pong = Infer<typeof Pong>;

/** The person's skeleton, where it was asked for. */
export const Pose = object({
  type: literal("pose"),
  data: Figure,
});
export type Pose = Infer<typeof Pose>;

/** A repetition. Withdrawn, it was none, and says nothing of itself. */
export const Repetition = object({
  track_id: string,
  at: string,
  /** Capture time of the frame that made it certain, on the box's own clock. */
  t_ns: integer,
  set_id: string,
  state: literal("provisional", "confirmed", "withdrawn"),
  exercise: nullable(string),
  kind: nullable(literal("full", "partial")),
  /** Among the set's repetitions of its kind. */
  number: nullable(integer),
  down_s: nullable(number),
  up_s: nullable(number),
  /** Degrees; none where the joint was unseen. */
  range_of_motion: nullable(number),
  symmetry: nullable(number),
});
export type Repetition = Infer<typeof Repetition>;

/** A repetition. */
export const RepCounted = object({
  type: literal("rep_counted"),
  data: Repetition,
  cursor: string,
});
export type RepCounted = Infer<typeof RepCounted>;

/** The visit has ended. */
export const VisitOver = object({
  session_id: string,
  at: string,
});
export type VisitOver = Infer<typeof VisitOver>;

/** The visit is over. */
export const SessionEnded = object({
  type: literal("session_ended"),
  data: VisitOver,
  cursor: string,
});
export type SessionEnded = Infer<typeof SessionEnded>;

/** A set is over. */
export const SetDone = object({
  track_id: string,
  at: string,
  /** Capture time of the frame that made it certain, on the box's own clock. */
  t_ns: integer,
  set_id: string,
  exercise: string,
  reps: integer,
  partial_reps: integer,
  form_score: nullable(number),
  duration_s: number,
});
export type SetDone = Infer<typeof SetDone>;

/** A set ends. */
export const SetFinished = object({
  type: literal("set_finished"),
  data: SetDone,
  cursor: string,
});
export type SetFinished = Infer<typeof SetFinished>;

/** A set has its first repetition. */
export const SetBegun = object({
  track_id: string,
  at: string,
  /** Capture time of the frame that made it certain, on the box's own clock. */
  t_ns: integer,
  set_id: string,
  exercise: string,
});
export type SetBegun = Infer<typeof SetBegun>;

/** A set begins. */
export const SetStarted = object({
  type: literal("set_started"),
  data: SetBegun,
  cursor: string,
});
export type SetStarted = Infer<typeof SetStarted>;

/** How things stand: the first message of every connection. */
export const State = object({
  session_id: string,
  /** Under which the person is followed now. */
  track_ids: list(string),
  set: nullable(LiveSet),
});
export type State = Infer<typeof State>;

/** The first message; its cursor is where this connection begins. */
export const Standing = object({
  type: literal("state"),
  data: State,
  cursor: string,
});
export type Standing = Infer<typeof Standing>;

/** The person is followed under this track from here on, or no longer. */
export const TrackChange = object({
  track_id: string,
  at: string,
  /** Capture time of the frame that made it certain, on the box's own clock. */
  t_ns: integer,
  camera_id: string,
  reason: nullable(string),
});
export type TrackChange = Infer<typeof TrackChange>;

/** A track is over; the visit may go on under another. */
export const TrackEnded = object({
  type: literal("track_ended"),
  data: TrackChange,
  cursor: string,
});
export type TrackEnded = Infer<typeof TrackEnded>;

/** The person goes on under a track. */
export const TrackLinked = object({
  type: literal("track_linked"),
  data: TrackChange,
  cursor: string,
});
export type TrackLinked = Infer<typeof TrackLinked>;

/** What was sent is not understood. */
export const Complaint = object({
  detail: string,
});
export type Complaint = Infer<typeof Complaint>;

/** The answer to what is not understood. */
export const Wrong = object({
  type: literal("wrong"),
  data: Complaint,
});
export type Wrong = Infer<typeof Wrong>;

/** Anything that a WebSocket client is sent. */
export const Sent = union("type", [RepCounted, FormAlert, SetStarted, SetFinished, Guidance, ClipReady, TrackLinked, TrackEnded, SessionEnded, Missed, Standing, Pose, Pong, Wrong]);
export type Sent = Infer<typeof Sent>;

/** The floor as it is now; the next one replaces it. */
export const FloorSeen = object({
  type: literal("floor"),
  data: People,
});
export type FloorSeen = Infer<typeof FloorSeen>;

/** Anything that who watches the floor is sent. */
export const SentToWatchers = union("type", [FloorSeen, Pong]);
export type SentToWatchers = Infer<typeof SentToWatchers>;

/** Whether a box is new. */
export const SetupState = object({
  done: boolean,
  /** What the network calls it. */
  name: string,
});
export type SetupState = Infer<typeof SetupState>;

/** A verified backup. */
export const BackupFile = object({
  at: string,
  size_bytes: integer,
});
export type BackupFile = Infer<typeof BackupFile>;

/** What is on the disk. */
export const Storage = object({
  total_bytes: integer,
  free_bytes: integer,
  /** With its log. */
  database_bytes: integer,
  clips: integer,
  clips_bytes: integer,
  /** Newest first. */
  backups: list(BackupFile),
  /** After which a clip goes; sets never do. */
  clips_days: integer,
  /** Of the disk: under it the oldest clips go first. */
  min_free_percent: number,
});
export type Storage = Infer<typeof Storage>;

/** What a camera sends. */
export const Trial = object({
  codec: string,
  width: integer,
  height: integer,
  /** Pictures a second that it sends. */
  fps: nullable(number),
  /** None where they are further apart than was watched. */
  keyframe_interval_s: nullable(number),
  /** A second. */
  kbits: number,
  decoder: string,
  /** From the start to the first picture. */
  first_picture_s: number,
  /** A `data:` URL of a JPEG: upright, privacy zones black. */
  snapshot: string,
});
export type Trial = Infer<typeof Trial>;

/** Something that happened. */
export const Happened = object({
  at: string,
  /** `installed`, `kept`, `fell back`, `went back`, `restored`, `refused` or `failed`. */
  what: string,
  version: string,
  why: string,
});
export type Happened = Infer<typeof Happened>;

/** A newer version that can be had. */
export const Offered = object({
  version: string,
  notes: string,
  size_bytes: integer,
});
export type Offered = Infer<typeof Offered>;

/** All that is known. */
export const Updates = object({
  /** How gymbox was installed; nothing where whoever installed it updates it. */
  kind: literal("", "package", "image"),
  /** The version. */
  running: string,
  /** Whether it has shown that it works; else it is on trial. */
  proven: boolean,
  /** The version that a way back leads to; nothing where there is none. */
  before: string,
  /** `nothing`, `looking`, `downloading`, `installing` or `trying`. */
  doing: string,
  /** Of a download, 0 to 1. */
  progress: nullable(number),
  offer: nullable(Offered),
  /** Newest first. */
  happened: list(Happened),
});
export type Updates = Infer<typeof Updates>;

/** A Wi-Fi that is heard. */
export const WifiNetwork = object({
  ssid: string,
  /** 0 to 100. */
  signal: integer,
  secured: boolean,
  joined: boolean,
  /** Whether the box can join it. */
  fits: boolean,
});
export type WifiNetwork = Infer<typeof WifiNetwork>;

/** All of them, the strongest first. */
export const WifiNetworks = object({
  networks: list(WifiNetwork),
});
export type WifiNetworks = Infer<typeof WifiNetworks>;

/** All that may be asked. */
export const OPERATIONS = {
  /** Whether the hub is there. */
  health: { method: "GET", path: "/healthz", reply: Health },
  /** A pairing code for a screen to show. */
  invite: { method: "POST", path: "/pairing", reply: Code },
  /** A phone's token, for a pairing code. */
  pair: { method: "POST", path: "/pair", reply: Paired },
  /** Make a visit the phone's own. */
  claim: { method: "PUT", path: "/sessions/{session_id}/claim", reply: nothing },
  /** Give up a visit that was claimed by mistake. */
  release: { method: "DELETE", path: "/sessions/{session_id}/claim", reply: nothing },
  /** A token for a kiosk's screen. */
  addKiosk: { method: "POST", path: "/kiosks", reply: Paired },
  /** The phone that asks, and its visits. */
  me: { method: "GET", path: "/me", reply: Me },
  /** Delete everything about the phone's owner, for good. */
  forgetMe: { method: "DELETE", path: "/me", reply: nothing },
  /** Say how the phone's owner wants to be coached. */
  wish: { method: "PUT", path: "/me/wishes", reply: nothing },
  /** Everything that is kept about the phone's owner. */
  exportMe: { method: "GET", path: "/me/export", reply: Person },
  /** What the box can count. */
  exercises: { method: "GET", path: "/exercises", reply: KnownExercises },
  /** A visit with its sets. */
  session: { method: "GET", path: "/sessions/{session_id}", reply: Session },
  /** What the person of a track did in this visit. */
  history: { method: "GET", path: "/tracks/{track_id}/history", reply: History },
  /** Say what the person of a track does now. */
  nameExercise: { method: "PUT", path: "/tracks/{track_id}/exercise", reply: nothing },
  /** The repetitions of a set. */
  reps: { method: "GET", path: "/sets/{set_id}/reps", reply: RepList },
  /** Correct the exercise or the repetitions of a set. */
  correctSet: { method: "PATCH", path: "/sets/{set_id}", reply: Set },
  /** Delete a set, so that it can be undone. */
  deleteSet: { method: "DELETE", path: "/sets/{set_id}", reply: nothing },
  /** Take back the newest change of a set. */
  undoSet: { method: "POST", path: "/sets/{set_id}/undo", reply: Set },
  /** The replays of a track's visit, with addresses that expire. */
  replays: { method: "GET", path: "/tracks/{track_id}/replay", reply: Replays },
  /** The skeleton of whom a replay is of. */
  clipPoses: { method: "GET", path: "/clips/{clip_id}/poses", reply: ClipPoses },
  /** Who is on the floor, as skeletons; with counts for a screen on the wall. */
  floor: { method: "GET", path: "/floor", reply: People },
  /** The cameras and how they are. */
  cameras: { method: "GET", path: "/cameras", reply: Cameras },
  /** Add a camera. */
  addCamera: { method: "POST", path: "/cameras", reply: nothing },
  /** Connect to a camera that is not there yet, and say what it sends. */
  tryCamera: { method: "POST", path: "/cameras/trial", reply: Trial },
  /** Connect to a camera once more, and say what it sends. */
  retryCamera: { method: "POST", path: "/cameras/{camera_id}/trial", reply: Trial },
  /** Change where a camera looks, or whether it is looked at. */
  changeCamera: { method: "PATCH", path: "/cameras/{camera_id}", reply: nothing },
  /** Remove a camera; what was recorded of it stays. */
  removeCamera: { method: "DELETE", path: "/cameras/{camera_id}", reply: nothing },
  /** Paint over parts of a camera's picture, in all that is stored or shown. */
  setPrivacy: { method: "PUT", path: "/cameras/{camera_id}/privacy", reply: nothing },
  /** The cameras that answer on the network: takes some seconds. */
  findCameras: { method: "POST", path: "/cameras/discovery", reply: FoundCameras },
  /** What a camera sends, as it says itself. */
  askCamera: { method: "POST", path: "/cameras/discovery/streams", reply: CameraStreams },
  /** The disk, the database, the clips and the backups. */
  storage: { method: "GET", path: "/storage", reply: Storage },
  /** Make a verified backup now. */
  backUp: { method: "POST", path: "/storage/backup", reply: nothing },
  /** What is well, what is not, and what to do: takes a while. */
  doctor: { method: "GET", path: "/doctor", reply: Findings },
  /** How the encrypted backups outside the box stand. */
  backups: { method: "GET", path: "/backups", reply: Backups },
  /** Begin an encrypted backup outside the box. */
  startBackup: { method: "POST", path: "/backups", reply: nothing },
  /** A new key, shown this once. */
  makeBackupKey: { method: "POST", path: "/backups/key", reply: NewKey },
  /** Encrypt backups for the new key from now on. */
  confirmBackupKey: { method: "POST", path: "/backups/key/confirmation", reply: nothing },
  /** Which version runs, which can be had, and what happened. */
  updates: { method: "GET", path: "/updates", reply: Updates },
  /** Look for another version, install it, or go back. */
  wishUpdate: { method: "POST", path: "/updates", reply: nothing },
  /** The operator's token, for the password. */
  login: { method: "POST", path: "/login", reply: LoggedIn },
  /** The paired phones and screens. */
  devices: { method: "GET", path: "/devices", reply: Devices },
  /** Shut a device out; its history stays. */
  revoke: { method: "DELETE", path: "/devices/{device_id}", reply: nothing },
  /** What went wrong and nobody has seen yet. */
  incidents: { method: "GET", path: "/incidents", reply: Incidents },
  /** Confirm to have seen an incident. */
  seeIncident: { method: "POST", path: "/incidents/{incident_id}/seen", reply: nothing },
  /** Whether the box is new. */
  setupState: { method: "GET", path: "/setup/state", reply: SetupState },
  /** Set the operator's first password, by the code on the box's screen. */
  setUp: { method: "POST", path: "/setup/password", reply: LoggedIn },
  /** The box's name, its addresses, its time zone. */
  machine: { method: "GET", path: "/machine", reply: Machine },
  /** Change the box's name or its time zone. */
  changeMachine: { method: "PATCH", path: "/machine", reply: nothing },
  /** The Wi-Fi networks that the box hears: takes some seconds. */
  wifiNetworks: { method: "POST", path: "/wifi/networks", reply: WifiNetworks },
  /** Join a Wi-Fi network: takes up to a minute. */
  joinWifi: { method: "POST", path: "/wifi", reply: nothing },
} as const;

/** What is to be different; what is not given stays as it is. */
export type CameraChange = {
  zone?: string | null;
  description?: string | null;
  enabled?: boolean | null;
};

/** How somebody wants to be coached. */
export type Coaching = {
  language: "en" | "de";
  /** `quiet`: faults, and how a set was; `normal`: also milestones; `chatty`: also encouragement. */
  level: "quiet" | "normal" | "chatty";
  /** Whether every repetition's number is spoken. */
  counts: boolean;
};

/** A new key's last letters, as its owner wrote them down. */
export type Confirmation = {
  letters: string;
};

/** What is right instead of what was counted; what is not given stays as it is. */
export type Correction = {
  key: string;
  exercise?: "squat" | "push_up" | "bicep_curl" | "lateral_raise" | null;
  reps?: number | null;
};

/** What somebody does. */
export type Doing = {
  /** None: the box is to find out again. */
  exercise: "squat" | "push_up" | "bicep_curl" | "lateral_raise" | null;
};

/** The operator's password. */
export type Login = {
  password: string;
};

/** What is to be different; what is not given stays as it is. */
export type MachineChange = {
  name?: string | null;
  time_zone?: string | null;
};

/** A camera to be. */
export type NewCamera = {
  id: string;
  /** `rtsp(s)://user:password@host/stream`, `http(s)://…`, a device such as `/dev/video0`, or a video file. */
  url: string;
  /** Which part of the floor it sees, such as `weights`. */
  zone?: string;
  description?: string;
  /** Degrees clockwise, for a camera that hangs on its side. */
  rotate?: 0 | 90 | 180 | 270;
  /** Of RTSP. */
  transport?: "tcp" | "udp";
};

/** What a phone sends. */
export type Pairing = {
  /** Of the QR code. */
  token: string;
  name?: string;
};

/** Is the box still there? For clients that cannot send a WebSocket's own ping. */
export type Ping = {
  type: "ping";
};

/** What a camera must not show from here on. */
export type Privacy = {
  /** Polygons, x and y 0 to 1 over the upright picture. */
  zones: (([number, number])[])[];
};

/** Which camera to ask, and as whom. */
export type Question = {
  service: string;
  /** Empty for a camera that wants none. */
  user?: string;
  password?: string;
};

/** A kiosk's screen. */
export type Screen = {
  name?: string;
};

/** What makes a box one's own. */
export type Setup = {
  /** As the box's screen shows it. */
  code: string;
  /** The operator's, from now on. */
  password: string;
};

/** Whether poses are wanted. */
export type Wish = {
  on: boolean;
};

/** Ask for poses, or for none. */
export type WatchPose = {
  type: "pose";
  data: Wish;
};

/** Anything that a WebSocket client may send. */
export type Taken = Ping | WatchPose;

/** Take back the newest change. */
export type Undoing = {
  key: string;
};

/** A pairing code, for a visit where one is named. */
export type Wanted = {
  session_id?: string | null;
};

/** A Wi-Fi to join. */
export type WifiChoice = {
  ssid: string;
  /** Empty for an open one. */
  passphrase?: string;
};

/** What is to be done; the box starts again for it, or its processes do. */
export type Wished = {
  do: "check" | "install" | "rollback";
};

/** What each is asked with. */
export interface Asked {
  health: Record<string, never>;
  invite: { body: Wanted };
  pair: { body: Pairing };
  claim: { path: { session_id: string } };
  release: { path: { session_id: string } };
  addKiosk: { body: Screen };
  me: Record<string, never>;
  forgetMe: Record<string, never>;
  wish: { body: Coaching };
  exportMe: Record<string, never>;
  exercises: Record<string, never>;
  session: { path: { session_id: string } };
  history: { path: { track_id: string } };
  nameExercise: { path: { track_id: string }; body: Doing };
  reps: { path: { set_id: string } };
  correctSet: { path: { set_id: string }; body: Correction };
  deleteSet: { path: { set_id: string }; query: { key: string } };
  undoSet: { path: { set_id: string }; body: Undoing };
  replays: { path: { track_id: string } };
  clipPoses: { path: { clip_id: string } };
  floor: Record<string, never>;
  cameras: Record<string, never>;
  addCamera: { body: NewCamera };
  tryCamera: { body: NewCamera };
  retryCamera: { path: { camera_id: string } };
  changeCamera: { path: { camera_id: string }; body: CameraChange };
  removeCamera: { path: { camera_id: string } };
  setPrivacy: { path: { camera_id: string }; body: Privacy };
  findCameras: Record<string, never>;
  askCamera: { body: Question };
  storage: Record<string, never>;
  backUp: Record<string, never>;
  doctor: Record<string, never>;
  backups: Record<string, never>;
  startBackup: Record<string, never>;
  makeBackupKey: Record<string, never>;
  confirmBackupKey: { body: Confirmation };
  updates: Record<string, never>;
  wishUpdate: { body: Wished };
  login: { body: Login };
  devices: Record<string, never>;
  revoke: { path: { device_id: string } };
  incidents: Record<string, never>;
  seeIncident: { path: { incident_id: number } };
  setupState: Record<string, never>;
  setUp: { body: Setup };
  machine: Record<string, never>;
  changeMachine: { body: MachineChange };
  wifiNetworks: Record<string, never>;
  joinWifi: { body: WifiChoice };
}
