"""Starts kernels. On Linux each is a fork of one process that has imported the heavy libraries before.

That process has one thread and ran nothing but imports, so its fork is a fresh kernel that starts at once.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, cast

FORKS = sys.platform == "linux"  # elsewhere, systems' own libraries do not survive a fork
LOG = "stderr.txt"  # in the kernel's folder: what libraries write past Python


@contextmanager
def kernel(
    folder: str, environment: dict[str, str], arguments: list[str], preload: tuple[str, ...]
) -> Iterator[Any]:
    """A client of a fresh kernel, which is shut down on the way out.

    Args:
        folder: Where the kernel works.
        environment: All of its environment variables.
        arguments: Its command line.
        preload: Modules that are imported once for all kernels with this environment, where that can be.
    """
    from nbclient import NotebookClient
    from nbformat.v4 import new_notebook
    from traitlets.config import Config

    ipc = {} if os.name == "nt" else {"transport": "ipc", "ip": f"{folder}/kernel"}
    client = NotebookClient(
        new_notebook(),
        timeout=None,
        kernel_name="python3",
        coalesce_streams=True,
        shutdown_kernel="immediate",
        extra_arguments=arguments,
        config=Config(KernelManager=ipc),
    )
    if FORKS and preload:
        manager = client.create_kernel_manager()
        manager.provisioner = _provisioner(manager, _forker(tuple(environment.items()), preload))
    options = {"cwd": folder, "env": environment}
    with open(Path(folder, LOG), "wb") as log, client.setup_kernel(**options, stderr=log):
        yield client


def _provisioner(manager: Any, forker: subprocess.Popen[str]) -> Any:
    """What gives `manager` its kernel's process: a fork that `forker` makes."""
    from jupyter_client.provisioning import LocalProvisioner

    from tools.lesson import LessonError

    class Provisioner(LocalProvisioner):
        async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
            arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
            with suppress(BrokenPipeError):  # then it does not answer either
                print(json.dumps([options["cwd"], arguments]), file=forker.stdin, flush=True)
            answer = cast(IO[str], forker.stdout).readline()
            if not answer:
                _forker.cache_clear()
                raise LessonError("The process that starts kernels was killed. Build again.")
            self.pid = self.pgid = int(answer)
            self.process = cast(Any, _Fork(self.pid))
            return self.connection_info

    return Provisioner(kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager)


class _Fork:
    """A process that is another's child, as far as jupyter_client needs a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """None while it runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    wait = poll  # it is called when the process has ended

    def send_signal(self, number: int) -> None:
        """Sends the signal of that number."""
        os.kill(self.pid, number)


@cache
def _forker(environment: tuple[tuple[str, str], ...], preload: tuple[str, ...]) -> subprocess.Popen[str]:
    """The process that forks: it reads a folder and arguments, and writes the fork's number."""
    process = subprocess.Popen(
        [sys.executable, "-P", __file__, *preload],
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # Ctrl-C is for the build
    )
    atexit.register(process.communicate)  # at the end of its input it ends
    return process


def main(preload: list[str]) -> None:
    """Imports modules, then forks a kernel for every line of the input."""
    for name in ("ipykernel.kernelapp", *preload):
        with suppress(Exception):  # the lesson that needs it will meet the error, and show it
            import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for kernels
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            return _become_kernel(*json.loads(line))
        os.setpgid(pid, pid)
        print(pid, flush=True)


def _become_kernel(folder: str, arguments: list[str]) -> None:
    from ipykernel.kernelapp import launch_new_instance

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(folder)
    with open(os.devnull) as null, open(LOG, "wb") as log:
        for stream, number in ((null, 0), (log, 1), (log, 2)):
            os.dup2(stream.fileno(), number)
    launch_new_instance(argv=[*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])


if __name__ == "__main__":
    main(sys.argv[1:])
