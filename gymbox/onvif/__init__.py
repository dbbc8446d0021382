"""Cameras that say by themselves where they are and what they send: ONVIF, as much of it as finding a stream takes."""
