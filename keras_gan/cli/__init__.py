"""The command line, `keras-gan`; it imports no framework before a command needs one."""
