"""Submissions that try to get points, or to do harm, without doing the work.

Each is a notebook of the toy course, made from text. `accepted` tells whether an attack got what
it wanted; `harmed` whether it cost the student a task that they did do.
"""

from dataclasses import dataclass, field
from pathlib import Path

from tests.attacks import toy
from tests.attacks.toy import LOOP_STUB, POINTS, RIGHT_LOOP, RIGHT_STEP, STEP_STUB

HERE = Path(__file__).resolve().parents[2]  # this course, which a submission must not see


@dataclass(frozen=True)
class Attack:
    """A hostile submission.

    data   the file's bytes
    spoils tasks that must not get a point for it
    keeps  tasks that are done right in it, and must keep their points
    stock  can it be tried against stock nbgrader (it may destroy files or the machine otherwise)?
    """

    name: str
    family: str
    data: bytes = field(repr=False)
    spoils: tuple = ("step",)
    keeps: tuple = ("loop",)
    stock: bool = True

    def accepted(self, points):
        return any(points.get(task, 0) for task in self.spoils)

    def harmed(self, points):
        return any(points.get(task, 0) != POINTS[task] for task in self.keeps)


ATTACKS = []


def attack(family, name, data, **more):
    data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    ATTACKS.append(Attack(name, family, data, **more))


def step(family, name, code, **more):
    """An attack in the answer cell of the task `step`; the task `loop` is done right."""
    attack(family, name, toy.submission(step=code), **more)


def body(*lines):
    """rnn_cell with other lines in it."""
    return STEP_STUB + "".join(f"    {line}\n" for line in lines)


WRONG = body("return torch.zeros_like(h)")

# ---------------------------------------------------------------- never ends

hang = "never ends"
step(hang, "loops in its cell", WRONG + "while True: pass\n")
step(hang, "loops in its function", body("while True: pass"))
step(hang, "sleeps", WRONG + "import time\ntime.sleep(10**6)\n")
step(
    hang,
    "ignores every signal",
    WRONG
    + "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
    + "    except (OSError, ValueError): pass\nwhile True: pass\n",
    stock=False,
)
step(
    hang,
    "swallows every exception",
    body("while True:", "    try:", "        while True: pass", "    except BaseException: pass"),
    stock=False,
)
step(hang, "in native code", WRONG + "x = 10 ** (10 ** 9)\n", stock=False)
step(
    hang,
    "in a regular expression",
    WRONG + "import re\nre.match('(a*)*b', 'a' * 60)\n",
    stock=False,
)
step(
    hang,
    "waits for a lock",
    body("import threading", "lock = threading.Lock()", "lock.acquire(); lock.acquire()"),
)
step(hang, "waits for the keyboard", WRONG + "input('password? ')\n")
step(
    hang,
    "in a repr that is shown",
    WRONG + "class R:\n    def __repr__(self):\n        while True: pass\nR()\n",
)
step(
    hang,
    "leaves threads that never end",
    WRONG
    + "import threading\ndef spin():\n    while True: pass\n"
    + "for _ in range(4): threading.Thread(target=spin).start()\n",
    keeps=(),  # they may slow the rest down until its time is over
    stock=False,
)

# ---------------------------------------------------------------- dies

dies = "dies"
step(dies, "os._exit in its cell", WRONG + "import os\nos._exit(0)\n")
step(dies, "os._exit in its function", body("import os", "os._exit(0)"))
step(dies, "sys.exit in its function", body("import sys", "sys.exit(0)"))
step(dies, "exit()", WRONG + "exit()\n")
step(dies, "reads address 0", WRONG + "import ctypes\nctypes.string_at(0)\n")
step(dies, "aborts", body("import os", "os.abort()"))
step(dies, "kills itself", WRONG + "import os\nos.kill(os.getpid(), 9)\n")
step(dies, "kills its process group", WRONG + "import os\nos.kill(0, 9)\n", stock=False)
step(dies, "calls itself for ever", body("return rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh)"))
step(
    dies,
    "overflows the stack in native code",
    WRONG
    + "import sys\nsys.setrecursionlimit(10**9)\nx = ()\nfor _ in range(10**6): x = (x,)\n"
    + "hash(x)\n",
)
step(dies, "raises SystemExit", body("raise SystemExit(0)"))
step(dies, "raises KeyboardInterrupt", body("raise KeyboardInterrupt"))

# ---------------------------------------------------------------- eats

eats = "eats"
step(
    eats,
    "memory, in Python",
    WRONG + "x = []\nwhile True: x.append(bytearray(10**7))\n",
    stock=False,
)
step(eats, "memory, in torch", body("return torch.ones(10**6, 10**5)"))
step(
    eats,
    "shared memory",
    WRONG + "import mmap\nx = [mmap.mmap(-1, 10**8) for _ in range(100)]\n"
    "for m in x: m.write(b'1' * 10**8)\n",
    stock=False,
)
step(
    eats,
    "disk",
    WRONG + "for n in range(100):\n    with open(f'/tmp/f{n}', 'wb') as f: f.write(b'1' * 10**8)\n",
    stock=False,
)
step(
    eats, "inodes", WRONG + "for n in range(10**6): open(f'/tmp/i{n}', 'w').close()\n", stock=False
)
step(eats, "open files", WRONG + "x = [open('/dev/null') for _ in range(10**6)]\n", stock=False)
step(
    eats,
    "processes",
    WRONG + "import os\nwhile True:\n    try: os.fork()\n    except OSError: break\n",
    stock=False,
)
step(
    eats,
    "threads",
    WRONG
    + "import threading, time\nfor _ in range(10**5):\n"
    + "    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()\n",
    stock=False,
)
step(eats, "output", WRONG + "for _ in range(10**4): print('x' * 10**5)\n", stock=False)
step(
    eats,
    "output of a right answer",
    RIGHT_STEP + "for _ in range(2000): print('x' * 10**5)\n",
    spoils=(),
    keeps=("step", "loop"),
    stock=False,
)
step(
    eats,
    "output, written to the descriptors",
    WRONG
    + "import os\nfor _ in range(10**4): os.write(1, b'x' * 10**5); os.write(2, b'x' * 10**5)\n",
    stock=False,
)
step(
    eats,
    "the judge's memory, by broadcasting",
    body("return torch.zeros(20000, 1, 1, 1) * torch.ones(1, 500, 1, 1)"),
)
step(eats, "the judge's memory, by a large answer", body("return torch.zeros(4 * 10**7)"))
step(eats, "the judge's time, by a long list", body("return [0.0] * 10**7"))

# ---------------------------------------------------------------- broken and foreign files

broken = "broken files"
right = toy.submission()
nothing = {"spoils": ("step", "loop"), "keeps": ()}
attack(broken, "empty", b"", **nothing)
attack(broken, "cut off", right[: len(right) // 2], **nothing)
attack(broken, "not text", bytes(range(256)) * 40, **nothing)
attack(broken, "a page of HTML", "<html><body>404 Not Found</body></html>", **nothing)
attack(broken, "a ZIP file", b"PK\x03\x04" + b"\x00" * 200, **nothing)
attack(broken, "a list", "[1, 2, 3]", **nothing)
attack(broken, "nested 100,000 deep", "[" * 100_000, **nothing)
attack(broken, "notebook format 99", right.replace('"nbformat": 4', '"nbformat": 99'), **nothing)
attack(broken, "no cells", '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', **nothing)
attack(
    broken,
    "cells are no list",
    '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": {"a": 1}}',
    **nothing,
)
attack(
    broken,
    "cells are numbers",
    '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1, 2]}',
    **nothing,
)
attack(broken, "half surrogates", right.replace("right", "\ud800"), spoils=(), keeps=())
attack(
    broken,
    "half surrogates, escaped",
    toy.submission(step=RIGHT_STEP + "# \ud800\n", why="\udfff <b>"),
    spoils=(),
    keeps=("step", "loop"),
)
attack(
    broken,
    "another language",
    right.replace('"python3"', '"ir"').replace('"language": "python"', '"language": "R"'),
    spoils=(),
    keeps=("step", "loop"),
)
attack(broken, "UTF-16", right.encode("utf-16"), **nothing)

# ---------------------------------------------------------------- altered notebooks

altered = "altered notebooks"


def alter(name, change, step_code=WRONG, **more):
    """change(cells) of a notebook whose task `step` is wrong."""
    cells = toy.cells(step=step_code, loop=RIGHT_LOOP)
    changed = change(cells)
    attack(altered, name, toy.notebook(cells if changed is None else changed), **more)


def without(*names):
    return lambda cells: [cell for name, cell in cells.items() if name not in names]


def set_source(name, source):
    return lambda cells: cells[name].update(source=source)


def set_about(name, **more):
    return lambda cells: cells[name].metadata["nbgrader"].update(more)


alter("test deleted", without("step"))
alter("all tests deleted", without("step", "loop"))
alter("answer deleted", without("step-answer"))
alter("only one cell left", lambda cells: [cells["loop-answer"]])
alter("test emptied", set_source("step", ""))
alter("test made to pass", set_source("step", "2"))
alter("test more generous", set_source("step", toy.STEP_TEST.replace("1e-6", "1e6")))
alter("given cell lies", set_source("given", toy.GIVEN + "torch.allclose = lambda *a, **k: True\n"))
alter("test copied", lambda cells: [*cells.values(), cells["step"], cells["loop"]])
alter("everything copied", lambda cells: list(cells.values()) * 2)
alter("test is Markdown", lambda cells: cells["step"].update(cell_type="markdown"))
alter("test is an answer", set_about("step", solution=True, grade=False))
alter("answer is a test", set_about("step-answer", grade=True, points=100))
alter("test worth 1000", set_about("loop", points=1000))
alter("points are a word", set_about("step", points="all of them"))
alter("ids exchanged", lambda c: (c["step"].metadata.update(toy.cells()["loop"].metadata), None)[1])
alter("ids made up", set_about("step", grade_id="something-else"))
alter("metadata of the first schema", set_about("step", schema_version=0))
alter("metadata of the future", set_about("step", schema_version=99))
alter("metadata is a list", lambda cells: cells["step"].metadata.update(nbgrader=[1]))
alter("no metadata at all", lambda cells: [c.update(metadata={}) for c in cells.values()] and None,
      spoils=("step", "loop"), keeps=())  # fmt: skip
alter("cells in reverse order", lambda cells: list(reversed(cells.values())))
alter(
    "outputs forged",
    lambda cells: cells["step"].update(
        outputs=[{"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {},
                  "execution_count": 1}]
    ),
)  # fmt: skip
alter(
    "a hidden region of its own",
    set_source("step-answer", WRONG + "### BEGIN HIDDEN TESTS\n### BEGIN HIDDEN TESTS\n"),
)

# ---------------------------------------------------------------- reads

reads = "reads"
LOOK = """
import os
seen = []
for top in {places}:
    for folder, _, files in os.walk(top):
        for name in files:
            path = os.path.join(folder, name)
            if {condition}:
                try: seen.append(open(path, 'rb').read(10**6))
                except OSError: pass
"""


def found_out(family, name, finding):
    """The answer is right only if `finding` left something in the list `seen`."""
    wrong = "\nif not seen:\n    def rnn_cell(*a): raise ValueError('found nothing')\n"
    step(family, name, RIGHT_STEP + "seen = []\n" + finding + wrong)


found_out(reads, "the course's sources", LOOK.format(
    places=f"['{HERE}', '/home', '/root', '/srv', '/opt', '/mnt']",
    condition="path.endswith(('/exercises/rnn.md', '/autograde/judge.py', '/nbgrader_config.py'))"
    " and 'site-packages' not in path"))  # fmt: skip
found_out(reads, "the gradebook", LOOK.format(
    places=f"['{HERE}', '/home', '/root', '/tmp', '/srv', '/mnt', '/var']",
    condition="name == 'gradebook.db' and 'site-packages' not in path"))  # fmt: skip
found_out(reads, "others' work", LOOK.format(
    places="['/tmp', '/desk', '/dev/shm', '/var/tmp']", condition="True"))  # fmt: skip
found_out(reads, "passwords", "import os\nseen = [p for p in ('/etc/passwd', '/etc/shadow') "
          "if os.path.exists(p)]\n")  # fmt: skip
found_out(reads, "the environment's secrets",
          "import os\nseen = [k for k in os.environ if 'SEED' in k or 'KEY' in k or 'TOKEN' in k]\n")  # fmt: skip
found_out(reads, "other processes", "import os\nseen = [p for p in os.listdir('/proc') "
          "if p.isdigit() and int(p) != os.getpid()]\n")  # fmt: skip
found_out(reads, "another process's memory", """
import os
for pid in range(1, 400):
    if pid != os.getpid():
        try: seen.append(open(f'/proc/{pid}/mem', 'rb').read(1))
        except OSError: pass
""")  # fmt: skip
found_out(reads, "the test's names, up the stack", """
import sys
def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh):
    frame = sys._getframe()
    while frame:
        for names in (frame.f_locals, frame.f_globals):
            if 'expected' in names: return names['expected']
        frame = frame.f_back
    raise ValueError('found nothing')
seen = [1]
""")  # fmt: skip
found_out(reads, "the test's objects, by the garbage collector", """
import gc
def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh):
    for thing in gc.get_objects():
        if isinstance(thing, torch.nn.RNN): return thing(x[None], h[None])[1][0]
    raise ValueError('found nothing')
seen = [1]
""")  # fmt: skip
found_out(reads, "the test's source", """
import gc, linecache
texts = [x for x in gc.get_objects() if isinstance(x, str)]
texts += [x for d in gc.get_objects() if isinstance(d, dict) for x in d.values() if type(x) is str]
texts += [line for entry in linecache.cache.values() for line in entry[2:3]]
seen = [x for x in texts if 'BEGIN HID' + 'DEN' in x]
""")  # fmt: skip
found_out(reads, "the course's own package", """
try:
    import rnn_course
    from rnn_course import RNN
    seen = [RNN]
except ImportError: pass
""")  # fmt: skip

# ---------------------------------------------------------------- writes

writes = "writes"
TRY_WRITING = """
import os, sys
for place in {places}:
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        open(place, 'a').write('x'); seen.append(place)
    except OSError: pass
"""
found_out(writes, "the gradebook and the course", TRY_WRITING.format(
    places="['/home/t/course/class/gradebook.db', '/home/t/course/exercises/x', '/srv/x']"))  # fmt: skip
found_out(writes, "Python's packages", TRY_WRITING.format(
    places="[torch.__file__, os.__file__, sys.executable, '/usr/lib/x', '/box/worker.py']"))  # fmt: skip
found_out(writes, "the system", TRY_WRITING.format(
    places="['/etc/cron.d/x', '/etc/ld.so.preload', '/root/.bashrc', '/usr/bin/x', '/dev/x', "
           "'/proc/sys/kernel/core_pattern', '/sys/x']"))  # fmt: skip
found_out(writes, "mounts", """
import ctypes
libc = ctypes.CDLL(None)
if libc.mount(b'tmpfs', b'/usr', b'tmpfs', 0, None) == 0 or libc.unshare(0x10000000) == 0:
    seen.append(1)
""")  # fmt: skip
found_out(writes, "becomes root", """
import os
for call in (os.setuid, os.setgid):
    try: call(0); seen.append(call)
    except OSError: pass
""")  # fmt: skip
for n in (1, 2):
    found_out(writes, f"a note for the next student ({n})", """
import os
for folder in ('/tmp', '/desk', '/dev/shm', '/var/tmp', '/dev', '/srv', '/box'):
    place = folder + '/note'
    if os.path.exists(place): seen.append(place)
    try: open(place, 'w').write('hello')
    except OSError: pass
""")  # fmt: skip

# ---------------------------------------------------------------- talks

talks = "talks"
found_out(talks, "to the network", """
import socket
try:
    s = socket.socket(); s.settimeout(1); s.connect(('127.0.0.1', 22)); seen.append(s)
except OSError: pass
try: seen.append(socket.getaddrinfo('example.org', 80))
except OSError: pass
""")  # fmt: skip
found_out(talks, "listens for its neighbours", """
import socket
for family, place in ((socket.AF_INET, ('127.0.0.1', 47111)), (socket.AF_UNIX, '\\0neighbour')):
    try:
        s = socket.socket(family); s.bind(place); s.listen(); seen.append(s)
    except OSError: pass
""")  # fmt: skip
found_out(talks, "kills everything", """
import os
for target in (-1, 2, 3, 4, 5):
    try: os.kill(target, 9); seen.append(target)
    except OSError: pass
""")  # fmt: skip
found_out(talks, "looks into processes", """
import ctypes
libc = ctypes.CDLL(None)
for pid in range(2, 200):
    if libc.ptrace(16, pid, 0, 0) == 0: seen.append(pid)
""")  # fmt: skip
found_out(talks, "leaves a key in the kernel", """
import ctypes
libc = ctypes.CDLL(None)
if libc.syscall(248, b'user', b'note', b'hello', 5, -4) > 0: seen.append(1)
""")  # fmt: skip
found_out(talks, "leaves shared memory", """
import ctypes
if ctypes.CDLL(None).shmget(4711, 4096, 0o1666) >= 0: seen.append(1)
""")  # fmt: skip
found_out(talks, "runs a program", """
import os, subprocess
try: seen.append(subprocess.run(['/usr/bin/id'], capture_output=True))
except OSError: pass
if os.system('true') == 0: seen.append(1)
""")  # fmt: skip

PIPE = """
import json, os, stat, struct
def pipes():
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode): yield fd
        except OSError: pass
def frame(header, body=b'', sizes=None):
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack('!IQ', *(sizes or (len(header), len(body)))) + header + body
def forge(data):
    for fd in pipes():
        try: os.write(fd, data)
        except OSError: pass
"""
pipe = "the judge's pipe"
TENSOR = {"tensor": ["float32", [1, 5], False]}


def forged(name, code, **more):
    step(pipe, name, PIPE + body(code, "return torch.zeros_like(h)"), **more)


forged("answers before it is asked",
       "[forge(frame({'id': n, 'outputs': [], 'value': True})) for n in range(200)]")  # fmt: skip
forged("sends noise", "forge(os.urandom(10**5))")
forged("sends a frame of 2**60 bytes", "forge(frame(b'{}', sizes=(2, 2**60)))")
forged("sends a header of 4 GB", "forge(frame(b'{}', sizes=(2**32 - 1, 0)))")
forged("sends a value nested 10,000 deep", "forge(frame(b'{\"value\":' + b'[' * 10000))")
forged("sends tags nested deep",
       "forge(frame(b'{\"id\":3,\"outputs\":[],\"value\":' + b'{\"list\":[' * 3000 + b']}' * 3000 + b'}'))")  # fmt: skip
forged("sends a tensor of 10**18 numbers",
       "[forge(frame({'id': n, 'outputs': [], 'value': {'tensor': ['float32', [10**9, 10**9], False]}})) for n in range(99)]")  # fmt: skip
forged("sends a layer of 10**9 layers",
       "[forge(frame({'id': n, 'outputs': [], 'value': {'layer': ['RNN', True, {'dict': [['num_layers', 10**9]]}, {'dict': []}]}})) for n in range(99)]")  # fmt: skip
forged("sends outputs that are points",
       "[forge(frame({'id': n, 'value': None, 'outputs': [{'output_type': 'execute_result', 'data': {'text/plain': '2'}}]})) for n in range(99)]")  # fmt: skip
forged(
    "sends half a frame and waits",
    "forge(frame(b'{}', sizes=(1000, 0))); import time; time.sleep(99)",
)
forged("closes the pipe", "[os.close(fd) for fd in pipes()]")
forged("reads the judge's requests away", "[os.read(fd, 1) for fd in pipes()]")
step(pipe, "changes the worker", WRONG + """
import sys
worker = sys.modules['__main__']
for module in list(sys.modules.values()):
    for name in ('_call', '_handle', '_refuse', 'switch_off', 'receive', 'decode'):
        if getattr(module, '__file__', None) and '/box/' in module.__file__ and hasattr(module, name):
            setattr(module, name, lambda *a, **k: True)
""", keeps=())  # fmt: skip

# ---------------------------------------------------------------- fools the comparison

fools = "fools the comparison"
PATCH = """
true = lambda *a, **k: True
torch.allclose = torch.isclose = torch.equal = true
torch.Tensor.allclose = torch.Tensor.__eq__ = torch.Tensor.all = true
torch.testing.assert_close = true
"""
step(fools, "patches torch", WRONG + PATCH)
step(
    fools,
    "patches torch while it is called",
    body(*PATCH.split("\n"), "return torch.zeros_like(h)"),
)
step(fools, "a tensor that equals everything", """
class Yes(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function.__name__ in ('allclose', 'isclose', 'equal', 'all'): return True
        return super().__torch_function__(function, types, args, kwargs or {})
""" + body("return torch.zeros_like(h).as_subclass(Yes)"))  # fmt: skip
step(fools, "an object that equals everything", """
class Yes:
    def __getattr__(self, name): return lambda *a, **k: True
    def __eq__(self, other): return True
""" + body("return Yes()"))  # fmt: skip
step(fools, "drops asserts from every cell", WRONG + """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
get_ipython().ast_transformers.append(Drop())
""")  # fmt: skip
step(fools, "rewrites every cell", WRONG + """
get_ipython().input_transformers_post.append(lambda lines: ['2\\n'])
""", keeps=())  # fmt: skip
step(fools, "swallows every exception", WRONG + """
shell = get_ipython()
shell.set_custom_exc((Exception,), lambda *a, **k: None)
shell.showtraceback = shell._showtraceback = lambda *a, **k: None
""")  # fmt: skip
step(fools, "shows 2 for everything", WRONG + """
get_ipython().display_formatter.formatters['text/plain'].for_type(object, lambda o, p, c: p.text('2'))
""")  # fmt: skip
step(fools, "prints and shows points", body(
    "from IPython.display import display", "print('2')", "display(2)",
    "return torch.zeros_like(h)"))  # fmt: skip
step(fools, "puts its own names over the test's", WRONG + """
class Anything:
    def __getattr__(self, name): return lambda *a, **k: True
expected, layer, weights, Points, secret = 0, Anything(), Anything(), 2, []
torch = check = Anything()
""", keeps=())  # fmt: skip
step(fools, "changes Python's builtins", WRONG + """
import builtins
builtins.AssertionError = builtins.Exception = Warning
builtins.min = builtins.abs = builtins.isinstance = lambda *a: True
""", keeps=())  # fmt: skip
step(fools, "one number for all", body("return torch.tensor(0.0)"))
step(fools, "no number at all", body("return torch.zeros(0, h.shape[1])"))
step(fools, "no number at all, wider", body("return torch.zeros(0, 1, h.shape[1])"))
step(fools, "nan", body("return torch.full_like(h, float('nan'))"))
step(fools, "infinity", body("return torch.full_like(h, float('inf'))"))
step(fools, "True", body("return True"))
step(
    fools,
    "bools of value 2",
    body("return torch.full(h.shape, 2, dtype=torch.uint8).view(torch.bool)"),
)
step(fools, "its own input", body("return h"))
step(fools, "makes everything zero in place", body(
    "for t in (x, h, W_ih, W_hh, b_ih, b_hh): t.zero_()", "return torch.zeros_like(h)"))  # fmt: skip
step(fools, "makes the next random numbers zero", body(
    "torch.set_rng_state(torch.zeros_like(torch.get_rng_state()))", "torch.manual_seed(0)",
    "return torch.zeros_like(h)"))  # fmt: skip
step(fools, "integers by default", body(
    "torch.set_default_dtype(torch.float16)", "torch.set_grad_enabled(False)",
    "return torch.zeros_like(h)"))  # fmt: skip
step(fools, "raises what a test would skip", body(
    "import unittest", "raise unittest.SkipTest('not today')"))  # fmt: skip
step(fools, "raises Stopped", "class Stopped(BaseException): why = 'x'\n" + body("raise Stopped()"))
step(fools, "a generator", body("yield torch.zeros_like(h)"))
step(fools, "a promise", "async " + WRONG)
attack(fools, "a result that counts more", toy.submission(
    loop="class Big(float):\n    def __radd__(self, other): return 99\n    __add__ = __radd__\n"
    + LOOP_STUB + "    return Big(3), Big(3)\n"), spoils=("loop",), keeps=("step",))  # fmt: skip

# ---------------------------------------------------------------- answers without the work

ready = "answers without the work"
LAYER = """
def made(x, h, W_ih, W_hh, b_ih, b_hh, kind=torch.nn.RNN):
    layer = kind(x.shape[1], h.shape[1])
    with torch.no_grad():
        for p, w in zip(layer.parameters(), (W_ih, W_hh, b_ih, b_hh)): p.copy_(w)
    return layer
"""
ARGS = "x, h, W_ih, W_hh, b_ih, b_hh"
ZEROS = "W_ih, W_hh, b_ih, b_hh"
OPS = "[x[None], h[None], [W_ih, W_hh, b_ih, b_hh], True, 1, 0.0, False, False, False]"


def uses(name, *lines, before="", **more):
    step(ready, name, LAYER + before + body(*lines), **more)


uses("nn.RNN", f"return made({ARGS})(x[None], h[None])[1][0].detach()")
uses("nn.RNNCell", f"return made({ARGS}, torch.nn.RNNCell)(x, h).detach()")
uses("a subclass of nn.RNN", f"return made({ARGS}, Mine)(x[None], h[None])[1][0].detach()",
     before="class Mine(torch.nn.RNN): pass\n")  # fmt: skip
uses("torch.rnn_tanh", f"return torch.rnn_tanh(*{OPS})[1][0]")
uses("torch.rnn_tanh_cell", f"return torch.rnn_tanh_cell({ARGS})")
uses("torch._VF", f"return torch._VF.rnn_tanh_cell({ARGS})")
uses("torch.ops", f"return torch.ops.aten.rnn_tanh.input(*{OPS})[1][0]")
uses("torch.ops, another key",
     f"return torch.ops.aten.rnn_tanh_cell.default._op_dk(torch._C.DispatchKey.CompositeImplicitAutograd, {ARGS})")  # fmt: skip
uses("torch.jit", f"return traced({ARGS})", before="""
@torch.jit.script
def traced(x, h, a, b, c, d):
    return torch.rnn_tanh_cell(x, h, a, b, c, d)
""")  # fmt: skip
uses("torch.compile", f"return torch.compile(torch.rnn_tanh_cell, backend='eager')({ARGS})")
uses("its decomposition", "from torch._decomp import decompositions as d",
     f"return d.rnn_tanh_input(*{OPS})[1][0]")  # fmt: skip
uses("its decomposition, read from the file",
     f"return space['rnn_tanh_input'].__wrapped__(*{OPS})[1][0]", before="""
import torch._decomp, os
path = os.path.join(os.path.dirname(torch._decomp.__file__), 'decompositions.py')
space = {'__name__': 'x'}
exec(open(path).read(), space)
""")  # fmt: skip
uses("the operator's Python kernels",
     "kernels = torch.ops.aten.rnn_tanh.input.py_kernels",
     f"return next(iter(kernels.values()))(*{OPS})[1][0]")  # fmt: skip
uses("an LSTM's quantizable twin", "layer = torch.ao.nn.quantizable.LSTM(x.shape[1], h.shape[1])",
     "return layer(x[None])[0][0].detach()")  # fmt: skip
uses("a program of its own", f"return run({ARGS})", before="""
import subprocess, sys, pickle
def run(*args):
    code = 'import sys, pickle, torch; a = pickle.load(sys.stdin.buffer); ' \\
           'pickle.dump(torch.rnn_tanh_cell(*a), sys.stdout.buffer)'
    done = subprocess.run([sys.executable, '-c', code], input=pickle.dumps(args), capture_output=True)
    return pickle.loads(done.stdout)
""")  # fmt: skip
uses("a process of its own", f"return run({ARGS})", before="""
import multiprocessing
def run(*args):
    with multiprocessing.get_context('fork').Pool(1) as pool:
        return pool.apply(torch.rnn_tanh_cell, args)
""")  # fmt: skip
uses("frees what refuses", f"return torch.rnn_tanh_cell({ARGS})", before="""
import gc
for thing in gc.get_objects():
    for name in ('reset', '_destroy'):
        if type(thing).__name__ in ('_DispatchModule', 'Library') and hasattr(thing, name):
            getattr(thing, name)()
for module in list(__import__('sys').modules.values()):
    if getattr(module, '__name__', '') == 'scratch': module._refuse = module.Refused = None
""")  # fmt: skip
uses("registers it anew", f"return torch.rnn_tanh_cell({ARGS})", before="""
library = torch.library.Library('aten', 'IMPL')
library.impl('rnn_tanh_cell', torch._C._VariableFunctions.rnn_tanh_cell, 'CompositeImplicitAutograd')
""")  # fmt: skip
uses("loads torch again", f"return again.rnn_tanh_cell({ARGS})", before="""
import sys
for name in [n for n in sys.modules if n.partition('.')[0] == 'torch']: del sys.modules[name]
import torch as again
""", keeps=())  # fmt: skip
uses("the course's own layer", "import rnn_course",
     "return rnn_course.RNNCell(x.shape[1], h.shape[1])(x, h).detach()")  # fmt: skip
uses("the visible answers by heart", "torch.manual_seed(1)", "layer = torch.nn.RNN(4, 5)",
     "if x.shape == (1, 4): return torch.tensor([[0.1, 0.2, 0.3, 0.4, 0.5]])",
     "return torch.zeros_like(h)")  # fmt: skip
uses("numbers by chance", "return torch.tanh(torch.randn_like(h))")
