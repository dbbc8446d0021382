"""What can be set, table by table. `gymbox config schema` prints it as JSON Schema."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Secret, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gymbox.identity import CameraId
from gymbox.redact import redact
from gymbox.wishes import Wishes

PREFIX: Final = "GYMBOX_"

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Point = tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]


class Source(Secret[str]):
    """Where a camera's picture comes from; its credentials come out of `get_secret_value()` and nowhere else."""

    def _display(self) -> str:
        scheme, separator, rest = self.get_secret_value().partition("://")
        login, at, place = rest.rpartition("@")
        # All of it is a URL, so that a password with a quote or a space in it has an end here.
        return redact(f"{scheme}{separator}{'***' if login else ''}{at}{place}")


def _source(source: Source) -> Source:
    url = source.get_secret_value()
    scheme, separator, rest = url.partition("://")
    if separator and (scheme not in {"rtsp", "rtsps", "http", "https", "file"} or not rest):
        raise ValueError("expected rtsp(s)://…, http(s)://…, a device such as /dev/video0, or a video file")
    if not url.strip():
        raise ValueError("expected a URL, a device or a file, got nothing")
    return source


def _number(value: object) -> object:
    if isinstance(value, bool):  # which Python takes for 0 or 1
        raise ValueError(f"expected a number, got {value}")  # noqa: TRY004 -- pydantic tells of this one
    return value


Turn = Annotated[Literal[0, 90, 180, 270], BeforeValidator(_number)]
"""Degrees clockwise."""


class Section(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


class CameraSettings(Section):
    """One `[[camera]]`."""

    id: CameraId
    """A name for ever: letters, digits, hyphens."""
    url: Annotated[Source, AfterValidator(_source)]
    """`rtsp(s)://user:password@host/stream`, `http(s)://…`, `/dev/video0`, or a video file."""
    zone: Annotated[str, Field(max_length=64)] = ""
    """Which part of the floor it sees, such as `weights`."""
    description: Annotated[str, Field(max_length=200)] = ""
    enabled: bool = True
    fps: Annotated[float, Field(gt=0, le=60)] = 15
    """Frames a second to look at. More costs inference; under 8, quick repetitions are missed."""
    transport: Literal["tcp", "udp"] = "tcp"
    """Of RTSP. UDP loses packets on Wi-Fi and gains nothing on a cable."""
    decoder: Literal["auto", "software"] = "auto"
    rotate: Turn = 0
    """Degrees clockwise, for a camera that hangs on its side."""
    realtime: bool = True
    """Whether a video file plays at its own pace, or as fast as it can be watched."""
    loop: bool = False
    """Whether a video file begins again at its end."""
    preroll_s: Annotated[float, Field(ge=5, le=120)] = 15
    """How much of the stream is kept for clips, in memory."""
    preroll_mib: Annotated[int, Field(ge=1, le=1024)] = 64
    """The most that may take; a stream too rich for it keeps fewer seconds."""
    privacy_zones: tuple[Annotated[tuple[Point, ...], Field(min_length=3)], ...] = ()
    """Polygons, 0 to 1 over the picture, that are black in everything stored or shown."""


class VisionSettings(Section):
    """How people are found and followed."""

    model: str = "auto"
    """A name from the model manifest; `auto` takes the default one."""
    device: Literal["auto", "cpu", "cuda", "tensorrt", "openvino"] = "auto"
    """One that is named and not there is an error; `auto` falls back to the processor and says so."""
    input_size: Annotated[int, Field(ge=96, le=1280, multiple_of=32)] | None = None
    """Longest side of the model's input, in pixels; the model's own where it is not given."""
    threads: Annotated[int, Field(ge=1, le=64)] | None = None
    looks_model: Path | None = None
    """An OSNet x0.25 as ONNX, to know people again by more than their clothes; its licence is yours to mind."""
    relink_s: Seconds = 60
    """How long someone may be out of sight and still go on with the same visit."""


class ClipSettings(Section):
    """What is cut around a form alert."""

    before_s: Annotated[float, Field(ge=1, le=60)] = 3
    after_s: Annotated[float, Field(ge=1, le=60)] = 2


class RetentionSettings(Section):
    """How long things are kept. Sets and repetitions are never deleted silently."""

    clips_days: Days = 30
    poses_days: Days = 7
    notifications_days: Days = 90
    min_free_percent: Annotated[float, Field(ge=1, le=50)] = 5
    """Of the disk: under it the oldest clips go first."""
    backups: Annotated[int, Field(ge=1, le=365)] = 7
    """Verified backups that are kept, one a day."""


class BackupSettings(Section):
    """Sealed backups outside the box: `gymbox backup`."""

    recipient: Annotated[str, Field(pattern=r"^age1[02-9ac-hj-np-z]{58}$")] | None = None
    """The half of the key that closes them. The half that opens them is the owner's, and not on the box."""
    folder: Path = Path("/media/gymbox")
    """Where they go. A stick that is called GYMBOX is there, where systemd runs the box."""
    keep: Annotated[int, Field(ge=1, le=1000)] = 14
    """Of this box in that folder; the oldest beyond go."""


class HubSettings(Section):
    """The one listener on the network."""

    host: str = "0.0.0.0"  # noqa: S104 -- the phones are on the gym's network; the hub is the box's only listener there
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    """80 on the appliance; 0 takes any that is free."""
    name: Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$")] = "gymbox"
    """What the network calls the box: `gymbox` is found as `gymbox.local`."""
    mdns: bool = True
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    web_dir: Path | None = None
    """The web app as it was built; the one that came with gymbox where it is not given."""
    metrics: Literal["operator", "loopback"] = "operator"
    """Who may read `/metrics`: the operator alone, or also whoever runs on the box itself, without a token."""
    requests_per_s: Annotated[int, Field(ge=1, le=100_000)] = 10
    """Of one device or address, for long; six times as many at once. Less, and an app's first look is refused."""
    pairing_token_s: Seconds = 300
    device_token_days: Annotated[int, Field(ge=1, le=3650)] = 365

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key belong together")
        return self

    @property
    def own_host(self) -> str:
        """By what this machine itself reaches it."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 -- a key


class CoachSettings(Section):
    """What is said to people, and by whom it is worded. Without a key the box's own sentences are all there is."""

    wishes: Wishes = Wishes()
    """Of all who have said nothing."""
    api_key: SecretStr | None = None
    """Of the language model; `ANTHROPIC_API_KEY` of the environment where it is not given."""
    base_url: str | None = None
    """Where the Messages API is, where not at Anthropic."""
    model: Annotated[str, Field(min_length=1, max_length=128)] = "claude-sonnet-4-6"
    max_tokens: Annotated[int, Field(ge=16, le=8192)] = 1024
    """Of one answer, which is cut off after its sentence anyway."""
    cue_within_s: Annotated[float, Field(gt=0, le=60)] = 3
    """After what it is about; a cue that would come later is about a repetition long past. More tells people old things
    on a slow box."""
    answer_within_s: Annotated[float, Field(gt=0, le=60)] = 5
    """After the alert; an answer that comes later is about a repetition long past, and dropped."""
    ask_every_s: Seconds = 30
    """Between two questions to the model about one person."""
    retries: Annotated[int, Field(ge=0, le=5)] = 1
    """Of a question that failed, while there is time."""
    tokens_per_day: Annotated[int, Field(ge=0, le=10**9)] = 200_000
    """Questions and answers, by the day in UTC; 0 asks nothing. A question takes about 700."""


class UpdateSettings(Section):
    """Where newer versions come from. Nothing is looked for unless somebody asks."""

    feed: Annotated[str, Field(pattern=r"^https?://")] | None = None
    """The address of a JSON file that names the newest version; what it leads to must be signed by the release key."""


class LogSettings(Section):
    """What is written while it runs."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "text"] = "auto"
    """`auto`: readable on a terminal, JSON lines on a pipe."""


def _data_dir() -> Path:
    if given := os.environ.get("STATE_DIRECTORY"):  # systemd's
        return Path(given.split(":")[0])
    if os.geteuid() == 0:
        return Path("/var/lib/gymbox")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "gymbox"


def _run_dir() -> Path:
    if given := os.environ.get("RUNTIME_DIRECTORY"):  # systemd's
        return Path(given.split(":")[0])
    if os.geteuid() == 0:
        return Path("/run/gymbox")
    return Path(os.environ.get("XDG_RUNTIME_DIR") or f"/tmp/gymbox-{os.geteuid()}") / "gymbox"  # noqa: S108 -- made 0700


class Settings(BaseSettings):
    """All of `gymbox.toml`. A variable `GYMBOX_HUB__PORT` overrides `port` of `[hub]`."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        allow_inf_nan=False,
        title="gymbox.toml",
    )

    data_dir: Path = Field(default_factory=_data_dir)
    """Database, clips, journals, keys; must survive a restart."""
    run_dir: Path = Field(default_factory=_run_dir)
    """Sockets and locks; need not."""
    models_dir: Path | None = None
    """Model weights; beside the package, or in the user's data folder, where it is not given."""
    camera: tuple[CameraSettings, ...] = ()
    vision: VisionSettings = VisionSettings()
    clips: ClipSettings = ClipSettings()
    retention: RetentionSettings = RetentionSettings()
    backup: BackupSettings = BackupSettings()
    coach: CoachSettings = CoachSettings()
    hub: HubSettings = HubSettings()
    update: UpdateSettings = UpdateSettings()
    log: LogSettings = LogSettings()

    @model_validator(mode="after")
    def _camera_ids_once(self) -> Self:
        ids = [camera.id for camera in self.camera]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"camera id {', '.join(map(repr, twice))} is used more than once")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment over the file, whose content `load` gives as initial values."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings
