"""A camera's process: the stream in; pictures and encoded packets out, through rings in shared memory."""
