"""Make the floor's tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gymbox.storage import columns

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the floor's tables."""
    op.create_table(
        "cameras",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=True),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("codec", sa.String(length=32), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("fps", sa.Double(), nullable=True),
        sa.Column("said_at", columns.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cameras")),
    )
    op.create_table(
        "devices",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("token_id", sa.String(length=64), nullable=False),
        sa.Column("paired_at", columns.UtcDateTime(), nullable=False),
        sa.Column("seen_at", columns.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", columns.UtcDateTime(), nullable=True),
        sa.Column("wishes", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("token_id", name=op.f("uq_devices_token_id")),
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("seen_at", columns.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_table(
        "odometer",
        sa.Column("id", sa.Integer(), server_default=sa.text("1"), autoincrement=False, nullable=False),
        sa.Column("lived_s", sa.BigInteger(), nullable=False),
        sa.Column("written_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odometer")),
    )
    op.create_table(
        "stream_cursors",
        sa.Column("speaker", sa.String(length=48), nullable=False),
        sa.Column("epoch", sa.String(length=12), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("life", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("speaker", "epoch", name=op.f("pk_stream_cursors")),
    )
    op.create_table(
        "gym_sessions",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=True),
        sa.Column("started_at", columns.UtcDateTime(), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.Column("lived_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name=op.f("fk_gym_sessions_device_id_devices"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gym_sessions")),
    )
    op.create_index(op.f("ix_gym_sessions_device_id"), "gym_sessions", ["device_id"])

    op.create_table(
        "tracks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("camera_id", sa.String(length=32), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=True),
        sa.Column("link_reason", sa.String(length=16), nullable=True),
        sa.Column("link_score", sa.Double(), nullable=True),
        sa.Column("first_ns", sa.BigInteger(), nullable=False),
        sa.Column("started_at", columns.UtcDateTime(), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.Column("reid_embedding", columns.Embedding(), nullable=True),
        sa.Column("reid_space", sa.String(length=64), nullable=True),
        sa.Column("reid_version", sa.Integer(), nullable=True),
        sa.Column("reid_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name=op.f("fk_tracks_camera_id_cameras")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["gym_sessions.id"], name=op.f("fk_tracks_session_id_gym_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracks")),
    )
    op.create_index(op.f("ix_tracks_reid_space_reid_version"), "tracks", ["reid_space", "reid_version"])
    op.create_index(op.f("ix_tracks_session_id"), "tracks", ["session_id"])

    op.create_table(
        "clips",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("alert_id", sa.String(length=16), nullable=False),
        sa.Column("track_id", sa.String(length=64), nullable=False),
        sa.Column("set_id", sa.String(length=80), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("start_ns", sa.BigInteger(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("aspect", sa.Double(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("hides", sa.JSON(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("lived_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name=op.f("fk_clips_track_id_tracks"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clips")),
        sa.UniqueConstraint("alert_id", name=op.f("uq_clips_alert_id")),
        sa.UniqueConstraint("file", name=op.f("uq_clips_file")),
    )
    op.create_index(op.f("ix_clips_lived_s"), "clips", ["lived_s"])
    op.create_index(op.f("ix_clips_set_id"), "clips", ["set_id"])
    op.create_index(op.f("ix_clips_track_id"), "clips", ["track_id"])

    op.create_table(
        "exercise_sets",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=True),
        sa.Column("track_id", sa.String(length=64), nullable=False),
        sa.Column("exercise", sa.String(length=64), nullable=False),
        sa.Column("start_ns", sa.BigInteger(), nullable=False),
        sa.Column("end_ns", sa.BigInteger(), nullable=True),
        sa.Column("started_at", columns.UtcDateTime(), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.Column("rep_count", sa.Integer(), nullable=False),
        sa.Column("partial_count", sa.Integer(), nullable=False),
        sa.Column("form_score", sa.Double(), nullable=True),
        sa.Column("alerts", sa.JSON(), nullable=False),
        sa.Column("corrected_exercise", sa.String(length=64), nullable=True),
        sa.Column("corrected_reps", sa.Integer(), nullable=True),
        sa.Column("deleted_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["gym_sessions.id"],
            name=op.f("fk_exercise_sets_session_id_gym_sessions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_exercise_sets_track_id_tracks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise_sets")),
    )
    op.create_index(op.f("ix_exercise_sets_session_id"), "exercise_sets", ["session_id"])
    op.create_index(op.f("ix_exercise_sets_track_id"), "exercise_sets", ["track_id"])

    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("session_id", sa.String(length=16), nullable=True),
        sa.Column("track_id", sa.String(length=64), nullable=False),
        sa.Column("set_id", sa.String(length=80), nullable=False),
        sa.Column("alert_id", sa.String(length=16), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("lived_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["gym_sessions.id"],
            name=op.f("fk_notifications_session_id_gym_sessions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_notifications_track_id_tracks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index(op.f("ix_notifications_lived_s"), "notifications", ["lived_s"])
    op.create_index(op.f("ix_notifications_session_id"), "notifications", ["session_id"])
    op.create_index(op.f("ix_notifications_track_id"), "notifications", ["track_id"])

    op.create_table(
        "pose_frames",
        sa.Column("track_id", sa.String(length=64), nullable=False),
        sa.Column("second", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("block", sa.LargeBinary(), nullable=False),
        sa.Column("lived_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_pose_frames_track_id_tracks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("track_id", "second", name=op.f("pk_pose_frames")),
    )
    op.create_index(op.f("ix_pose_frames_lived_s"), "pose_frames", ["lived_s"])

    op.create_table(
        "rep_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_id", sa.String(length=80), nullable=False),
        sa.Column("track_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("exercise", sa.String(length=64), nullable=False),
        sa.Column("start_ns", sa.BigInteger(), nullable=False),
        sa.Column("turn_ns", sa.BigInteger(), nullable=False),
        sa.Column("end_ns", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=False),
        sa.Column("range_of_motion", sa.Double(), nullable=True),
        sa.Column("depth", sa.Double(), nullable=False),
        sa.Column("peak_velocity", sa.Double(), nullable=False),
        sa.Column("symmetry", sa.Double(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["set_id"], ["exercise_sets.id"], name=op.f("fk_rep_events_set_id_exercise_sets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_rep_events_track_id_tracks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rep_events")),
        sa.UniqueConstraint("set_id", "kind", "number", name=op.f("uq_rep_events_set_id_kind_number")),
    )
    op.create_index(op.f("ix_rep_events_track_id"), "rep_events", ["track_id"])

    op.create_table(
        "set_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_id", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["set_id"], ["exercise_sets.id"], name=op.f("fk_set_changes_set_id_exercise_sets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_changes")),
        sa.UniqueConstraint("key", name=op.f("uq_set_changes_key")),
        sa.UniqueConstraint("undone_by", name=op.f("uq_set_changes_undone_by")),
    )
    op.create_index(op.f("ix_set_changes_set_id"), "set_changes", ["set_id"])
