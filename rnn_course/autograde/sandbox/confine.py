"""What a process gives up before it runs a line of a student's code (Linux).

Used in the sandbox, by the process that becomes the student's; standard library only. Run as a
program it tries all of it once and prints "ok", or what the platform refuses.
"""

import ctypes
import os
import platform
import resource
import struct

libc = ctypes.CDLL(None, use_errno=True)

# sched.h, sys/mount.h, sys/prctl.h
NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PROCESSES = 0x20000, 0x8000000, 0x10000000, 0x20000000
NEW_NETWORK = 0x40000000
READ_ONLY, NO_SETUID, NO_DEVICES, REMOUNT, BIND = 1, 2, 4, 0x20, 0x1000
RECURSIVE, PRIVATE = 0x4000, 1 << 18
DIE_WITH_PARENT, DUMPABLE, SET_SECCOMP, DROP_BOUND, NO_NEW_PRIVILEGES = 1, 4, 22, 24, 38


def _check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def prctl(option, argument=0):
    _check(libc.prctl(option, ctypes.c_ulong(argument), 0, 0, 0), f"prctl {option}")


def mount(source, target, kind, flags=0, options=None):
    encoded = [x.encode() if x else None for x in (source, target, kind, options)]
    _check(libc.mount(*encoded[:3], ctypes.c_ulong(flags), encoded[3]), f"mount on {target}")


def new_namespaces():
    """The next child is the first process of its own world: users, processes, shared memory, and a
    network with nothing in it, so that no abstract socket's name is another's."""
    user, group = os.getuid(), os.getgid()
    _check(libc.unshare(NEW_USER | NEW_PROCESSES | NEW_IPC | NEW_NETWORK), "new namespaces")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def private_mounts(
    folder_size, empty=("/proc", "/dev/pts"), fresh=("/desk", "/tmp", "/dev/shm"), hide=()
):
    """Fresh, empty working folders; nothing in `empty`; the files in `hide` read as empty."""
    _check(libc.unshare(NEW_MOUNTS), "new mounts")
    mount(None, "/", None, RECURSIVE | PRIVATE)
    for path in hide:
        mount("/dev/null", path, None, BIND)
    for path in fresh:
        options = f"size={folder_size},nr_inodes=2k,mode=700"
        mount("tmpfs", path, "tmpfs", NO_SETUID | NO_DEVICES, options)
    for path in empty:
        mount("tmpfs", path, "tmpfs", NO_SETUID | NO_DEVICES, "size=4k,nr_inodes=4,mode=500")


def read_only_folders(paths, fill):
    """New folders that hold what `fill` writes into them, and can then be neither changed, nor
    renamed, nor removed."""
    for path in paths:
        os.mkdir(path)
        mount("tmpfs", path, "tmpfs", NO_SETUID | NO_DEVICES, "size=16m,nr_inodes=64,mode=755")
    fill()
    for path in paths:
        mount(None, path, None, REMOUNT | READ_ONLY | NO_SETUID | NO_DEVICES)


def drop_capabilities():
    """No privilege is left, and none can be got by running a program."""
    prctl(NO_NEW_PRIVILEGES, 1)
    for capability in range(64):
        if libc.prctl(DROP_BOUND, ctypes.c_ulong(capability), 0, 0, 0) != 0:
            break  # the kernel knows no more of them
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _check(libc.capset(header, (ctypes.c_uint32 * 6)()), "dropping capabilities")


def limit_resources(limits):
    """Memory, files and threads, as `limits` (a dict of Limits) says."""
    with open("/proc/self/statm") as file:
        taken = int(file.read().split()[0]) * resource.getpagesize()
    threads = 1 + limits["threads"] + limits["processes"]
    for name, value in (
        ("AS", taken + limits["memory"]),
        ("NPROC", threads + 1),  # the supervisor counts as well
        ("NOFILE", limits["files"]),
        ("FSIZE", limits["file_size"]),
        ("CORE", 0),
        ("MSGQUEUE", 0),
        ("MEMLOCK", 0),
    ):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


# ---------------------------------------------------------------- system calls that are refused

# name -> number on x86_64, number on aarch64 (None: that machine does not have it)
NEW_PROCESS = {"fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281)}
NEVER = {
    "socket": (41, 198),  # no talking, not even inside the sandbox
    "bind": (49, 200),  # nor by a pair of sockets that are joined to others
    "connect": (42, 203),
    "listen": (50, 201),
    "io_uring_setup": (425, 425),  # would do the same by another door
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "inotify_init": (253, None),  # all sandboxes read the same files: no hearing who opens one
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "memfd_create": (319, 279),  # memory that no limit would count
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "add_key": (248, 217),  # keys outlive the process
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "personality": (135, 92),
}
# locks on the files that all sandboxes read would be signs for each other: they seem to be taken,
# and nobody else is there to see a difference
FLOCK, FCNTL, FUTEX = (73, 32), (72, 25), (202, 98)
LOCK_COMMANDS = (6, 7, 37, 38)  # fcntl.h: F_SETLK, F_SETLKW and those of open file descriptions
SIGN_COMMANDS = (1024, 1026)  # F_SETLEASE, F_NOTIFY
# futex.h: to wait at a place in a shared file, on either clock. "Try again" makes whoever must
# wait look by itself; threads wait by the private ones
FUTEX_WAITS = (0, 9, 11, 256, 265, 267)
NEWER = 449  # system calls that are younger than this list: programs do without them

MACHINES = {"x86_64": (0, 0xC000003E, 56), "aarch64": (1, 0xC00000B7, 220)}  # audit arch, clone
CLONE3, CLONE_THREAD = 435, 0x10000
ALLOW, ERROR, EPERM, EAGAIN, ENOSYS = 0x7FFF0000, 0x00050000, 1, 11, 38


def seccomp_program(column, architecture, clone, processes_too):
    """The filter, as the kernel's classic BPF: a list of (code, jump if true, if false, number)."""
    load, equal, at_least, bit_set, ret = 0x20, 0x15, 0x35, 0x45, 0x06
    number, first, second = 0, 16, 24  # where a call's number and its arguments stand
    refused = dict(NEVER) if processes_too else {**NEVER, **NEW_PROCESS}
    numbers = [n[column] for n in refused.values() if n[column] is not None]
    program = [
        (load, 0, 0, 4),  # the architecture of this call
        (equal, 1, 0, architecture),
        (ret, 0, 0, ERROR | EPERM),  # 32-bit calls have other numbers
        (load, 0, 0, number),
        (at_least, 0, 1, 0x40000000),
        (ret, 0, 0, ERROR | EPERM),  # x32 as well
        (at_least, 0, 1, NEWER),
        (ret, 0, 0, ERROR | ENOSYS),
    ]

    def answers(wanted, error):
        return [line for k in wanted for line in ((equal, 0, 1, k), (ret, 0, 0, ERROR | error))]

    def only_for(call, lines):
        """These lines for one call, whose second argument is loaded; then all the others."""
        lines = [(load, 0, 0, second), *lines, (load, 0, 0, number)]
        return [(equal, 0, len(lines), call[column]), *lines]

    program += answers(numbers, EPERM) + answers([FLOCK[column]], 0)
    program += only_for(FCNTL, answers(LOCK_COMMANDS, 0) + answers(SIGN_COMMANDS, EPERM))
    program += only_for(FUTEX, answers(FUTEX_WAITS, EAGAIN))
    if not processes_too:
        program += [
            (equal, 0, 1, CLONE3),  # its flags cannot be read from here; "unknown call" makes
            (ret, 0, 0, ERROR | ENOSYS),  # the C library take clone for its threads
            (equal, 0, 3, clone),
            (load, 0, 0, first),  # clone's flags: a thread, or a process?
            (bit_set, 1, 0, CLONE_THREAD),
            (ret, 0, 0, ERROR | EPERM),
        ]
    return program + [(ret, 0, 0, ALLOW)]


def refuse_system_calls(processes_too=False):
    """No new process, no program, no socket, no look at others. For good: no call lifts it.

    processes_too  further processes are allowed, only the rest is refused
    """
    if platform.machine() not in MACHINES or struct.calcsize("P") != 8:
        raise OSError(f"no list of system calls for {platform.machine()}")
    program = seccomp_program(*MACHINES[platform.machine()], processes_too)
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code)
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    _check(libc.prctl(SET_SECCOMP, 2, ctypes.c_char_p(header), 0, 0), "the system call filter")


def confine(limits, hide=(), read_only=(), fill=lambda: None):
    """All of it, in the first process of new namespaces. There is no way back.

    read_only  paths of new folders, which hold what `fill` writes into them
    """
    limit_resources(limits)
    private_mounts(4 * limits["file_size"], hide=hide)
    read_only_folders(read_only, fill)
    drop_capabilities()
    refuse_system_calls(processes_too=limits["processes"] > 0)


# ---------------------------------------------------------------- trying it


def _try():
    limits = dict(threads=1, processes=0, memory=1 << 30, files=16, file_size=1 << 20)
    new_namespaces()
    child = os.fork()
    if child == 0:
        try:
            os.close(os.open(os.devnull, os.O_RDWR))  # every sandbox needs it
            confine(limits)
            try:
                os.fork()
            except PermissionError:
                print("ok", flush=True)
        except OSError as error:
            print(error, flush=True)
        os._exit(0)
    os.waitpid(child, 0)


if __name__ == "__main__":
    try:
        _try()
    except OSError as error:
        print(error, flush=True)
