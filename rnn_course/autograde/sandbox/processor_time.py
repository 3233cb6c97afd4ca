"""How much processor time a student's process has used, as the kernel counts it, seen from outside.

On Linux a process is asked for by its clock (clock_getcpuclockid(3)): one system call, all its
threads included. Elsewhere, and where it may start further processes, psutil adds them up.
"""

import socket
import struct
import sys
import time

import psutil

_CREDENTIALS = struct.Struct("3i")  # unix(7): struct ucred


def announce_sender(sock):
    """Let the kernel write on what comes who has sent it. To be called before anything is sent."""
    if sys.platform == "linux":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)


def sender(sock, seconds):
    """The process id, as this process counts, of who has sent what is to be read next; None where
    the kernel does not tell. Waits for it so long."""
    sock.settimeout(seconds)
    if sys.platform != "linux":
        return None
    space = socket.CMSG_SPACE(_CREDENTIALS.size)
    _, ancillary, _, _ = sock.recvmsg(1, space, socket.MSG_PEEK)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    return next(_CREDENTIALS.unpack(data)[0] for _, _, data in ancillary) or None


def of(pid, children=False):
    """Seconds that a process has used so far, with its children if it may have any.

    Raises OSError where there is no such process.
    """
    if sys.platform == "linux" and not children:
        return time.clock_gettime(~pid << 3 | 2)  # CPUCLOCK_SCHED of a whole process
    try:
        process = psutil.Process(pid)
        own = process.cpu_times()
        total = own.user + own.system + own.children_user + own.children_system
        for child in process.children(recursive=True) if children else ():
            try:
                total += sum(child.cpu_times()[:2])
            except psutil.Error:
                continue  # it has just ended
        return total
    except psutil.Error as error:
        raise ProcessLookupError(str(error)) from None
