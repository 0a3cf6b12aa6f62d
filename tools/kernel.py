"""Starts kernels, and ends them. On Linux each is a fork of one process that has imported libraries before.

That process has one thread and ran nothing but imports, so its fork is a fresh kernel that starts at once. It
ends when the build does, however that ends, and takes with it all that came of its kernels: its input is a
pipe from the build. Elsewhere a kernel looks every second whether the build is still there.
"""

import asyncio
import atexit
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from time import sleep
from typing import IO, Any, cast

import psutil
from jupyter_core.utils import ensure_event_loop

FORKS = sys.platform == "linux"  # elsewhere, systems' own libraries do not survive a fork
LOG = "stderr.txt"  # in the kernel's folder: what libraries write past Python
_PARENT_DEATH_SIGNAL, _CHILD_SUBREAPER = 1, 36  # of Linux's prctl
_RUNNING: set[psutil.Process] = set()  # the kernels, and what forks them
_LOCK = threading.Lock()  # one lesson at a time asks for a fork


@contextmanager
def kernel(
    folder: str,
    environment: dict[str, str],
    arguments: list[str],
    preload: tuple[str, ...],
    seconds: int,
    most_bytes: int,
) -> Iterator[Any]:
    """A client of a fresh kernel, which is shut down on the way out.

    Args:
        folder: Where the kernel works.
        environment: All of its environment variables.
        arguments: Its command line.
        preload: Modules that are imported once for all kernels with this environment, where that can be.
        seconds: How long a cell may run.
        most_bytes: How much it may put out; what puts out more dies, and `client.flooded` is true.
    """
    from nbclient import NotebookClient
    from nbformat.v4 import new_notebook
    from traitlets.config import Config

    class Client(NotebookClient):
        received, flooded = 0, False

        def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
            self.received += len(repr(msg["content"]))
            if self.received > most_bytes and not self.flooded:
                self.flooded = True
                cast(Any, self.task_poll_for_reply).cancel()  # as where the kernel died
            return None if self.flooded else super().process_message(msg, cell, cell_index)

    ipc = {} if os.name == "nt" else {"transport": "ipc", "ip": f"{folder}/kernel"}
    client = Client(
        new_notebook(),
        timeout=seconds,
        kernel_name="python3",
        coalesce_streams=True,
        shutdown_kernel="immediate",
        extra_arguments=arguments,
        config=Config(KernelManager=ipc),
    )
    manager: Any = client.create_kernel_manager()
    if FORKS and preload:
        manager.provisioner = _provisioner(manager, tuple(environment.items()), preload)
    options = {"cwd": folder, "env": environment}
    try:
        with open(Path(folder, LOG), "wb") as log, client.setup_kernel(**options, stderr=log):
            process = psutil.Process(manager.provisioner.pid)
            _RUNNING.add(process)
            try:
                yield client
            finally:
                _RUNNING.discard(process)
    finally:
        _close_loop()


def _close_loop() -> None:
    """Ends what the client left waiting in this thread's event loop, as at a time limit, and the loop."""
    loop = ensure_event_loop()
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def kill_all() -> None:
    """Kills every kernel that runs, what forks them, and all that came of them."""
    found = set()
    for process in [*_RUNNING]:
        with suppress(psutil.Error):
            found |= {process, *process.children(recursive=True)}
    for process in found:
        with suppress(psutil.Error):
            process.kill()


def _provisioner(manager: Any, environment: tuple[tuple[str, str], ...], preload: tuple[str, ...]) -> Any:
    """What gives `manager` its kernel's process: a fork of the process with these modules."""
    from jupyter_client.provisioning import LocalProvisioner

    from tools.lesson import LessonError

    class Provisioner(LocalProvisioner):
        async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
            arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
            with _LOCK:
                forker = _forker(environment, preload)
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
    _RUNNING.add(psutil.Process(process.pid))
    atexit.register(process.communicate)  # at the end of its input it ends
    return process


def _prctl(option: int, value: int) -> None:
    """Sets something of this process that only Linux has."""
    ctypes.CDLL(None).prctl(option, value)


def main(preload: list[str]) -> None:
    """Imports modules, then forks a kernel for every line of the input; at its end kills what is left."""
    _prctl(_CHILD_SUBREAPER, 1)  # what a kernel started and left alive becomes a child of this process
    _import(["ipykernel.kernelapp", *preload])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for kernels
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            return _become_kernel(*json.loads(line))
        os.setpgid(pid, pid)
        print(pid, flush=True)
    while left := psutil.Process().children(recursive=True):
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        sleep(0.02)


def _import(names: list[str]) -> None:
    """Imports modules, for seconds, and ends at once where the build has ended meanwhile."""
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(done,))
    watch.start()
    for name in names:
        with suppress(Exception):  # the lesson that needs it will meet the error, and show it
            import_module(name)
    done.set()
    watch.join()  # a fork of a process with one thread is whole


def _watch(done: threading.Event) -> None:
    input_ = select.poll()
    input_.register(0, 0)  # of all that can happen to it only its end
    while not done.wait(0.2):
        if input_.poll(0):
            os._exit(1)


def _become_kernel(folder: str, arguments: list[str]) -> None:
    from ipykernel.kernelapp import launch_new_instance

    _prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(folder)
    with open(os.devnull) as null, open(LOG, "wb") as log:
        for stream, number in ((null, 0), (log, 1), (log, 2)):
            os.dup2(stream.fileno(), number)
    launch_new_instance(argv=[*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])


if __name__ == "__main__":
    main(sys.argv[1:])
