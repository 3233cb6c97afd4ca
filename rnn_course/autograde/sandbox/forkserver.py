"""The process that sandboxes are forked from: torch and IPython are loaded once, here.

    python forkserver.py FD FD [trusted]

It runs inside bubblewrap; `trusted` is without any isolation, for submissions that are trusted.
It becomes two processes, each with a control socket: in the sandboxes of the first one torch's
recurrent layers are switched off, in those of the second they are as they are.

Each request on a control socket is one JSON line with two sockets beside it: `talk`, by which
the judge speaks with the student's process, and `life`, by which it speaks with its supervisor:

    judge -> supervisor   b"i" interrupt the student's code      b"k" or a closed socket: kill it
    supervisor -> judge   JSON when it is dead: {"why", "status", "cpu"}

Behind these two sockets come the assignment's data files, open for reading, if it has any.

So for each sandbox there are two processes: the supervisor, forked from here, and the student's,
forked from the supervisor into namespaces of its own.
"""

import contextlib
import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import traceback

import confine

MOST_DESCRIPTORS = 64  # beside one request
TREE_LOOK = 0.1  # seconds between two looks at the memory of a tree of processes


def serve(control, trusted, hidden, worker):
    """Fork a sandbox for every request, until the control socket is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    gc.enable()
    with contextlib.suppress(BrokenPipeError):  # closed already: the loop below ends
        control.send(b"ready")
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 1 << 16, MOST_DESCRIPTORS)
        _bury_the_dead(wait=not request)
        if not request:
            os._exit(0)  # at once: to take torch down in order takes a while
        request = json.loads(request)
        for name in request["preload"]:
            worker.preload(name)
        if os.fork() == 0:
            try:
                control.close()
                talk, life = (socket.socket(fileno=fd) for fd in descriptors[:2])
                files = dict(zip(request["files"], descriptors[2:], strict=True))
                supervise(talk, life, files, request, trusted, hidden, worker)
            except BaseException:
                traceback.print_exc()
            os._exit(1)
        for descriptor in descriptors:
            os.close(descriptor)


def _bury_the_dead(wait):
    """Wait for the supervisors that have ended; at the end, for all."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, 0 if wait else os.WNOHANG)[0]:
            pass


def supervise(talk, life, files, request, trusted, hidden, worker):
    """Fork the student's process, and watch over it until it ends or is to end."""
    folder = tempfile.mkdtemp(prefix="sandbox-") if trusted else "/desk"
    if not trusted:
        confine.new_namespaces()
        confine.prctl(confine.DUMPABLE, 0)  # the supervisor's memory is nobody's to read
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        life.close()
        try:
            become_student(talk, folder, files, parent, request, trusted, hidden, worker)
        except BaseException as error:  # before a line of the student's has run
            worker.say(talk, failed=f"{type(error).__name__}: {error}")
            os._exit(0)
        try:
            worker.answer(talk)
        finally:
            os._exit(0)
    talk.close()
    for descriptor in files.values():
        os.close(descriptor)
    limits = request["limits"]
    bound = limits["memory"] if limits["processes"] and not trusted else None
    why, status, used = watch(pid, life, bound)
    if trusted:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)  # what it left running in its group
        shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        report = {"why": why, "status": status, "cpu": used.ru_utime + used.ru_stime}
        life.send(json.dumps(report).encode())
    os._exit(0)


def lay_out(files, folder):
    """Copy open files (relative name -> descriptor) below a folder, and close them."""
    for name, descriptor in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(descriptor, "rb") as given, open(path, "xb") as copy:
            shutil.copyfileobj(given, copy)
        os.chmod(path, 0o444)


def become_student(talk, folder, files, parent, request, trusted, hidden, worker):
    """Give everything up that the student's code must not have; then say that it is ready."""
    os.setsid()  # a group of its own: kill(0, 9) must not reach the supervisor
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), number)
    worker.prepare(request["limits"])
    if not trusted:
        confine.prctl(confine.DIE_WITH_PARENT, signal.SIGKILL)
        read_only = {os.path.join(folder, name.partition("/")[0]) for name in files}
        confine.confine(request["limits"], hidden, read_only, lambda: lay_out(files, folder))
        confine.prctl(confine.DUMPABLE, 1)
    elif os.getppid() != parent:
        return
    else:
        lay_out(files, folder)
    os.chdir(folder)
    os.environ["HOME"] = folder
    worker.say(talk, ready=os.getpid())


def watch(pid, life, memory):
    """(why, status, what it used) once the process is dead: "exit" by itself, "killed" by the
    judge, "memory"."""
    why = "exit"
    while True:
        done, status, used = os.wait4(pid, os.WNOHANG)
        if done:
            return why, status, used
        if why == "exit" and wait_for(pid, life, TREE_LOOK if memory else None):
            order = life.recv(1)
            if order == b"i":
                os.kill(pid, signal.SIGINT)
            else:
                why = "killed"
        if why == "exit" and memory and memory_of_tree(pid) > memory:
            why = "memory"
        if why != "exit":
            os.kill(pid, signal.SIGKILL)
            return why, *os.wait4(pid, 0)[1:]


def wait_for(pid, life, timeout):
    """Sleep until the process ends, the timeout is over, or (True) the judge says something."""
    if hasattr(os, "pidfd_open"):
        handle = os.pidfd_open(pid)
        try:
            ready, _, _ = select.select([handle, life], [], [], timeout)
        finally:
            os.close(handle)
    else:
        ready, _, _ = select.select([life], [], [], 0.02)  # not Linux: look again soon
    return life in ready


def memory_of_tree(root):
    """Bytes in use by a process and all its descendants; orphans are adopted by it."""
    parents, sizes = {}, {}
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) < root:
            continue
        try:
            with open(f"/proc/{name}/stat") as file:
                parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
            with open(f"/proc/{name}/statm") as file:
                resident, shared = file.read().split()[1:3]
            sizes[int(name)] = (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue  # it has just ended
    total = 0
    for pid, size in sizes.items():
        while pid in parents and pid != root:
            pid = parents[pid]
        total += size if pid == root else 0
    return total


def main():
    gc.disable()  # what torch makes when it is loaded stays: to look through it takes a tenth
    import disable_recurrent
    import worker

    control, recurrent = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    trusted = "trusted" in sys.argv
    worker.warm()
    parent = os.getpid()
    if os.fork() == 0:
        control.close()
        if not trusted:
            confine.prctl(confine.DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() == parent:
            serve(recurrent, trusted, [], worker)
        os._exit(1)
    recurrent.close()
    serve(control, trusted, disable_recurrent.disable(), worker)


if __name__ == "__main__":
    main()
