"""How the processes of one box talk: ZeroMQ over `ipc://`, what must not be lost numbered and kept."""
