"""A real RTSP camera, of GStreamer: `/usr/bin/python3 rtsp_camera.py CODEC PORT [USER PASSWORD]`.

Prints its port, then obeys lines on its input: `ELEMENT PROPERTY VALUE`, such as `picture pattern black`,
`gate drop true` (connected, and silent), `damage drop-probability 0.3`, `size caps 640x360`.
It runs in Debian's own Python, which has GStreamer's bindings.
"""

from __future__ import annotations

import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402 -- only now may it be imported

ENCODERS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast sliced-threads=false key-int-max=30",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=30",
    "mjpeg": "jpegenc",
}
PAYLOADERS = {
    "h264": "h264parse ! rtph264pay name=pay0 config-interval=-1",
    "h265": "h265parse ! rtph265pay name=pay0 config-interval=-1",
    "mjpeg": "rtpjpegpay name=pay0",
}
ELEMENTS = ("picture", "size", "damage", "gate")


def caps(size: str) -> str:
    width, height = size.split("x")
    return f"video/x-raw,format=I420,width={width},height={height},framerate=30/1"


def serve(codec: str, port: str, user: str = "", password: str = "") -> None:
    Gst.init(None)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_shared(True)
    factory.set_launch(
        f"( videotestsrc name=picture is-live=true pattern=ball ! capsfilter name=size caps={caps('320x180')} "
        f"! {ENCODERS[codec]} ! identity name=damage ! valve name=gate ! {PAYLOADERS[codec]} )"
    )
    elements: dict[str, object] = {}
    told: dict[tuple[str, str], str] = {}

    def configured(_: object, media: object) -> None:  # for the first viewer, and again after all have left
        for name in ELEMENTS:
            elements[name] = media.get_element().get_by_name_recurse_up(name)  # type: ignore[attr-defined]
        for (name, key), value in told.items():
            Gst.util_set_object_arg(elements[name], key, value)

    factory.connect("media-configure", configured)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    server.get_mount_points().add_factory("/stream", factory)
    if user:
        auth, token, permissions = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken(), GstRtspServer.RTSPPermissions()
        auth.set_supported_methods(2)  # GST_RTSP_AUTH_DIGEST; Basic is the default
        token.set_string("media.factory.role", "viewer")
        auth.add_digest(user, password, token)
        server.set_auth(auth)
        permissions.add_role("viewer")
        for permission in ("access", "construct"):
            permissions.add_permission_for_role("viewer", f"media.factory.{permission}", True)  # noqa: FBT003 -- GStreamer's
        factory.set_permissions(permissions)
    server.attach(None)
    print(server.get_bound_port(), flush=True)  # noqa: T201 -- what the test waits for

    loop = GLib.MainLoop()

    def obey() -> None:
        for line in sys.stdin:
            name, key, value = line.split()
            told[name, key] = caps(value) if key == "caps" else value
            if name in elements:
                Gst.util_set_object_arg(elements[name], key, told[name, key])
        loop.quit()

    threading.Thread(target=obey, daemon=True).start()
    loop.run()


if __name__ == "__main__":
    serve(*sys.argv[1:])
