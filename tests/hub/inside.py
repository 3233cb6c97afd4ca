"""What runs in namespaces of its own, as the first process there: users, files, and the hub.

    unshare --mount --pid --fork --kill-child --mount-proc --propagation private \
        python inside.py FOLDER

Everything that is written here (users, homes, the exchange) is in memory, in mounts that nobody
else sees, and goes with the last process; and every process goes with this one. FOLDER/plan.json:

    needs    folders that the users' programs read: they stay where they are
    hidden   folders of which nobody sees anything else
    links    link -> what it leads to
    users    Unix users to add
    give     user -> a folder of FOLDER that becomes ~/rnn-course
    command  what to run at the end, in a copy of FOLDER, /srv/hub
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path


def run(*command):
    subprocess.run([str(word) for word in command], check=True)


def in_memory(folder, mode="755"):
    folder.mkdir(parents=True, exist_ok=True)
    run("mount", "-t", "tmpfs", "-o", f"mode={mode}", "hub-test", folder)


def within(path, folders):
    return any(path == folder or folder in path.parents for folder in folders)


def hide(hidden, needs, stage):
    """Let the folders `hidden` be empty but for `needs`."""
    hidden = sorted(hidden, key=lambda folder: len(folder.parts))
    outermost = [folder for i, folder in enumerate(hidden) if not within(folder, hidden[:i])]
    needs = [path for path in needs if within(path, outermost)]
    for number, path in enumerate(needs):
        (stage / str(number)).mkdir()
        run("mount", "--bind", path, stage / str(number))
    for folder in outermost:
        kept = [(n, path) for n, path in enumerate(needs) if within(path, [folder])]
        in_memory(folder, "1777" if folder == Path("/tmp") else "755")
        for number, path in kept:
            path.mkdir(parents=True, exist_ok=True)
            run("mount", "--bind", stage / str(number), path)


def main(folder):
    os.umask(0o022)
    plan = json.loads((folder / "plan.json").read_text())
    for place in ("/srv", "/home"):
        in_memory(Path(place))
    hub, stage = Path("/srv/hub"), Path("/srv/stage")
    shutil.copytree(folder, hub, symlinks=True)
    hub.chmod(0o700)
    stage.mkdir(mode=0o700)
    (stage / "etc").mkdir()
    run("cp", "-a", "/etc/.", stage / "etc")
    in_memory(Path("/etc"))
    run("cp", "-a", f"{stage}/etc/.", "/etc")
    hide([Path(p) for p in plan["hidden"]], [Path(p) for p in plan["needs"]], stage)
    for link, to in plan["links"].items():
        Path(link).symlink_to(to)
    for user in plan["users"]:
        run("useradd", "--create-home", "--shell", "/bin/bash", "-K", "HOME_MODE=0700", user)
    for user, given in plan["give"].items():
        home = Path("/home", user)
        shutil.move(hub / given, home / "rnn-course")
        run("chown", "-R", f"{user}:{user}", home)
    server = subprocess.Popen(plan["command"], cwd=hub)
    while True:  # the first process of all buries the others' orphans
        pid, status = os.wait()
        if pid == server.pid:
            return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
