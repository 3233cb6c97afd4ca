"""Submissions that try to get points, or to do harm, without doing the work.

Each is a notebook of the toy course, made from text. `accepted` tells whether an attack got what
it wanted; `harmed` whether it cost the student a task that they did do.
"""

from dataclasses import dataclass, field
from pathlib import Path

from nbformat.v4 import new_code_cell

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
# found again by their text: the wrong answer is wrong, the right one counts
alter("no metadata at all", lambda cells: [c.update(metadata={}) for c in cells.values()] and None)
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
    places="[torch.__file__, os.__file__, sys.executable, '/usr/lib/x', '/sandbox/worker.py']"))  # fmt: skip
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
for folder in ('/tmp', '/desk', '/dev/shm', '/var/tmp', '/dev', '/srv', '/sandbox'):
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


def forged(name, *code, **more):
    step(pipe, name, PIPE + body(*code, "return torch.zeros_like(h)"), **more)


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
    for name in ('_call', '_handle', '_refuse', 'disable', 'receive', 'decode'):
        if getattr(module, '__file__', None) and '/sandbox/' in module.__file__ and hasattr(module, name):
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
uses("the operator's Python kernels",
     "kernels = torch.ops.aten.rnn_tanh.input.py_kernels",
     f"return next(iter(kernels.values()))(*{OPS})[1][0]")  # fmt: skip
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
uses("the course's own layer", "import rnn_course",
     f"return made({ARGS}, rnn_course.RNNCell)(x, h).detach()")  # fmt: skip
uses("the visible answer by heart",
     "known = torch.tensor([[0.1795528, 0.0788359, -0.1534194, -0.4461278, -0.0359672]])",
     "return known if x.shape == (1, 4) else torch.zeros_like(h)")  # fmt: skip

# ---------------------------------------------------------------- hands back strange values

strange = "strange values"


def returns(name, expression, before="", **more):
    step(strange, name, before + body(f"return {expression}"), **more)


returns("an object that unpickles to points", "Bomb()", before="""
class Bomb:
    def __reduce__(self): return eval, ("__import__('os')._exit(0)",)
    def __reduce_ex__(self, protocol): return self.__reduce__()
""")  # fmt: skip
returns("a tensor that lies about its shape and bytes", "torch.zeros(1).as_subclass(Liar)", before="""
class Liar(torch.Tensor):
    shape = property(lambda self: torch.Size([10**6, 10**6]))
    dtype = property(lambda self: torch.float64)
    requires_grad = True
    def detach(self): return self
    def contiguous(self): raise SystemExit
    def numel(self): return -1
""")  # fmt: skip
returns("a view of 10**12 numbers", "torch.zeros(1).expand(10**12)")
returns("a view with strides beyond its memory", "torch.zeros(4).as_strided((2, 2), (1, 1), 2)")
returns("a sparse tensor", "torch.zeros_like(h).to_sparse()")
returns("a quantized tensor", "torch.quantize_per_tensor(h, 0.1, 0, torch.qint8)")
returns("complex numbers", "torch.zeros_like(h).to(torch.complex64)")
returns(
    "complex numbers, conjugated and negated", "torch.zeros_like(h).to(torch.complex64).conj().imag"
)
returns("a tensor without memory", "torch.empty(h.shape, device='meta')")
returns("a nested tensor", "torch.nested.nested_tensor([h[0], h[0]])")
returns("a tensor inside vmap", "leaked(h)", before="""
def leaked(h):
    found = []
    torch.func.vmap(lambda row: (found.append(row), row)[1])(h)
    return found[0]
""")  # fmt: skip
returns("a tensor of tensors that never end", "endless()", before="""
def endless():
    x = []
    x.append(x)
    return x
""")  # fmt: skip
returns("an object array", "numpy.array([h, Yes()], dtype=object)", before="""
import numpy
class Yes:
    def __eq__(self, other): return True
""")  # fmt: skip
returns("numbers whose sums and comparisons lie", "[Yes(0)] * h.numel()", before="""
class Yes(float):
    __eq__ = __le__ = __lt__ = __ge__ = lambda self, other: True
    __sub__ = __rsub__ = __abs__ = lambda self, *other: Yes(0)
""")  # fmt: skip
returns(
    "half NaN", "torch.where(torch.arange(h.numel()).view(h.shape) % 2 == 0, float('nan'), 0.0)"
)
returns("minus zero and denormals", "torch.full_like(h, -0.0) + 5e-324")
returns("a packed sequence that lies about lengths",
        "torch.nn.utils.rnn.PackedSequence(torch.zeros(1), torch.tensor([10**9, -1]))")  # fmt: skip
returns("its torch layer in place of an answer", "torch.nn.RNN(x.shape[1], h.shape[1])")
returns("a different object at every call", "next(answers)()", before="""
import itertools
answers = itertools.cycle([lambda: torch.zeros(1, 5), lambda: None, lambda: [], lambda: 1 / 0])
""")  # fmt: skip
step(strange, "an error of an impossible type",
     "Odd = type('a\\x00b\\ud800', (Exception,), {})\n" + body("raise Odd('\\ud800' * 10**6)"))  # fmt: skip
step(strange, "an error whose text is an error", """
class Odd(Exception):
    def __str__(self): raise self
    __repr__ = __str__
""" + body("raise Odd()"))  # fmt: skip
step(strange, "an error that ends loops", body("raise StopIteration"))
step(strange, "a group of errors", body("raise ExceptionGroup('x', [ValueError(1)])"))
step(strange, "a warning made an error", "import warnings\nwarnings.simplefilter('error')\n"
     + body("warnings.warn('x')"))  # fmt: skip

forged("sends outputs nested 900 deep",
       "[forge(frame(b'{\"id\":%d,\"value\":null,\"outputs\":' % n + b'[' * 900 + b']' * 900 + b'}')) for n in range(99)]")  # fmt: skip
forged("sends two million outputs",
       "[forge(frame(b'{\"id\":%d,\"value\":null,\"outputs\":[' % n + b'[],' * 2000000 + b'[]]}')) for n in range(4)]")  # fmt: skip
forged("sends keys that collide",
       "[forge(frame({'id': n, 'outputs': [], 'value': {'dict': [[k * (2**61 - 1), 0] for k in range(10**5)]}})) for n in range(6)]")  # fmt: skip
forged("sends descriptors along", "import array, socket",
       "[socket.socket(fileno=os.dup(fd)).sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0] * 50))]) for fd in pipes()]")  # fmt: skip
step(pipe, "answers from a thread, after its cell", PIPE + WRONG + """
import threading, time
def go_on():
    while True:
        for n in range(100): forge(frame({'id': n, 'outputs': [], 'value': True}))
        time.sleep(0.05)
threading.Thread(target=go_on, daemon=True).start()
""", keeps=())  # fmt: skip

# ---------------------------------------------------------------- and once more, other families

step(dies, "stops its own process and waits", WRONG + """
import os, signal
for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN): os.kill(os.getpid(), number)
os.kill(0, signal.SIGSTOP)
""")  # fmt: skip
step(dies, "after its cell, in a thread", WRONG + """
import os, threading
threading.Timer(0.2, os._exit, (0,)).start()
""", keeps=())  # fmt: skip
step(dies, "when it is collected", WRONG + """
import os, gc
class Last:
    def __del__(self): os._exit(0)
gc.freeze(); last = Last(); del last
""")  # fmt: skip
step(dies, "takes signals away from whoever starts it", WRONG + """
import signal, ctypes
libc = ctypes.CDLL(None)
libc.prctl(1, 0, 0, 0, 0)      # no death with the parent
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True: pass
""", stock=False)  # fmt: skip
attack(hang, "a hundred cells that sleep", toy.notebook([
    *(c for n, c in toy.cells(step=WRONG, loop=RIGHT_LOOP).items() if n != "why"),
    *(new_code_cell("import time\ntime.sleep(1.5)") for _ in range(100))]), stock=False)  # fmt: skip
attack(eats, "a hundred cells that print 1 MB", toy.notebook([
    *toy.cells(step=WRONG, loop=RIGHT_LOOP).values(),
    *(new_code_cell("print('x' * 999_000)") for _ in range(100))]), stock=False)  # fmt: skip
attack(eats, "ten thousand cells", toy.notebook([
    *toy.cells(step=WRONG, loop=RIGHT_LOOP).values(),
    *(new_code_cell("1") for _ in range(10_000))]), stock=False)  # fmt: skip
step(eats, "the time of its neighbours", WRONG + """
import threading
def spin():
    import hashlib
    while True: hashlib.sha256(b'x' * 10**6).digest()
for _ in range(30): threading.Thread(target=spin, daemon=True).start()
""", keeps=(), stock=False)  # fmt: skip

attack(broken, "notebook format 3", '{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": '
       '[{"cells": [{"cell_type": "code", "input": "x = 1", "outputs": [], "language": "python"}]}]}',
       **nothing)  # fmt: skip
attack(broken, "notebook format 3 without cells",
       '{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": 7}', **nothing)  # fmt: skip
attack(broken, "metadata nested 900 deep", right.replace('"metadata": {"kernelspec"',
       '"metadata": {"x": ' + "[" * 900 + "]" * 900 + ', "kernelspec"'), spoils=(), keeps=())  # fmt: skip
attack(broken, "a number of a million digits", right.replace('"nbformat_minor": 5',
       '"nbformat_minor": ' + "9" * 10**6), spoils=(), keeps=())  # fmt: skip
attack(broken, "sources are lists of lists", right.replace('"source": "', '"source": [["a"]], "x": "'),
       **nothing)  # fmt: skip
attack(broken, "a byte order mark and a null", "\ufeff" + toy.submission(why="\x00\x1b[2J"),
       spoils=(), keeps=("step", "loop"))  # fmt: skip
attack(broken, "every key twice", right.replace('"cells":', '"cells": [], "cells":'),
       spoils=(), keeps=("step", "loop"))  # fmt: skip

alter(
    "ids with markup and escapes",
    lambda cells: (
        [c for c in cells.values()]
        + [
            new_code_cell("1", metadata={"nbgrader": {"grade_id": evil}})
            for evil in (
                "[/bold]",
                "[link=file:///]",
                "\x1b]0;x\x07\x1b[2J",
                "=1+1",
                "\u202e",
                "<script>",
            )
        ]
    ),
)
alter("ids that are no strings", lambda cells: [
      c.update(metadata={"nbgrader": {"grade_id": {"a": [1]}}}) for c in cells.values()] and None)  # fmt: skip
alter(
    "text that makes HTML slow",
    lambda cells: cells["why"].update(source="<a <" * 250_000 + "[" * 10_000 + "`" * 10_000),
)
alter("a mime bundle of points", lambda cells: cells["step-answer"].update(outputs=[
      {"output_type": "execute_result", "execution_count": 1, "metadata": {"nbgrader": {"points": 2}},
       "data": {"text/plain": "2", "application/json": {"score": 2}, "text/html": "<b>2</b>"}}]))  # fmt: skip
alter("an answer that is a system of magics", lambda cells: cells["step-answer"].update(
      source="%%writefile /tmp/x.py\nx"), step_code=WRONG)  # fmt: skip
alter(
    "an answer cell that is two tasks",
    set_source("step-answer", WRONG + RIGHT_LOOP + "\n%reset -f\nimport torch\n"),
)

found_out(reads, "old requests in the process's memory", """
import gc
def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh):
    for thing in gc.get_objects():
        if isinstance(thing, torch.Tensor) and thing.shape == h.shape and thing is not h:
            if torch.equal(thing, torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)): return thing
    raise ValueError('found nothing')
seen = [1]
""")  # fmt: skip
found_out(reads, "what lies outside, by a link", """
import os
for place in ('/proc/1/root', '/proc/self/root', '/proc/self/cwd/..', '/dev/fd/0', '/newroot', '/oldroot'):
    try: seen += os.listdir(place)
    except OSError: pass
try: os.link('/sandbox/worker.py', '/desk/x'); seen.append(1)
except OSError: pass
""")  # fmt: skip
found_out(reads, "the block devices and the kernel's log", """
import os
for name in os.listdir('/dev'):
    if name in ('sda', 'vda', 'mem', 'kmem', 'kmsg', 'port', 'loop0', 'kvm', 'fuse'): seen.append(name)
import ctypes
if ctypes.CDLL(None).klogctl(10, None, 0) > 0: seen.append('log')
""")  # fmt: skip
found_out(writes, "device nodes", """
import os, stat
for place in ('/tmp/null', '/desk/null', '/dev/shm/null'):
    try: os.mknod(place, 0o666 | stat.S_IFCHR, os.makedev(1, 3)); open(place).close(); seen.append(place)
    except OSError: pass
try: os.chmod('/dev/null', 0); seen.append('/dev/null')
except OSError: pass
""")  # fmt: skip
found_out(writes, "its own limits", """
import resource
for name in ('AS', 'NPROC', 'NOFILE', 'FSIZE'):
    kind = getattr(resource, 'RLIMIT_' + name)
    try: resource.setrlimit(kind, (resource.RLIM_INFINITY,) * 2); seen.append(name)
    except (OSError, ValueError): pass
import os
try: os.nice(-5); seen.append('nice')
except OSError: pass
try: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)); seen.append('fifo')
except OSError: pass
""")  # fmt: skip
found_out(talks, "an abstract socket, by other doors", """
import ctypes, socket
libc = ctypes.CDLL(None, use_errno=True)
for family in (1, 2, 10, 16, 17, 38, 40):
    for kind in (1, 2, 3, 5):
        fd = libc.socket(family, kind, 0)
        if fd >= 0: seen.append((family, kind))
if libc.syscall(425, 8, ctypes.create_string_buffer(200)) >= 0: seen.append('io_uring')
""")  # fmt: skip
found_out(talks, "clone, by its number", """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
parent = os.getpid()
for number, flags in ((56, 17), (56, 0x10000000 | 17), (57, 0), (58, 0), (435, 0)):
    pid = libc.syscall(number, flags, 0, 0, 0, 0)
    if pid == 0: os._exit(0)
    if pid > 0: seen.append(number)
""")  # fmt: skip
found_out(talks, "a process's handle, futexes and semaphores with a name", """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall(438, 3, 0, 0) >= 0: seen.append('pidfd_getfd')
try: fd = os.pidfd_open(os.getppid() or 2); seen.append(fd)
except OSError: pass
if os.getppid() != 0: seen.append('parent')
""")  # fmt: skip

step(fools, "leaves its answer in the exception", body(
    "error = AssertionError('2')", "error.points = 2", "error.__class__ = AssertionError",
    "raise error"))  # fmt: skip
attack(fools, "points that are infinite, negative, none", toy.submission(
    loop=LOOP_STUB + "    import torch\n    return torch.full((3, 2, 5), float('-inf')), float('nan')\n"),
    spoils=("loop",), keeps=("step",))  # fmt: skip
step(fools, "prints what a score looks like", body(
    "print('\\n' * 3 + '2')", "import sys", "sys.stderr.write('2\\n')",
    "get_ipython().display_pub.publish({'text/plain': '2'})",
    "get_ipython().displayhook(2)", "return torch.zeros_like(h)"))  # fmt: skip
step(fools, "keeps the gradients that tell the answer", """
seen = {}
class Spy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x.clone()
    @staticmethod
    def backward(ctx, g):
        seen['g'] = g
        return g
""" + body("return Spy.apply(torch.zeros_like(h, requires_grad=True)) - seen.get('g', 0) / 2"))  # fmt: skip
step(fools, "counts the calls", "calls = []\n" + body(
    "calls.append(1)", "if len(calls) > 1: raise StopIteration", "return torch.zeros_like(h)"))  # fmt: skip

CALL = """
import ctypes
lib = ctypes.CDLL(torch.__path__[0] + '/lib/libtorch_cpu.so')
class Handle(ctypes.Structure): _fields_ = [('impl', ctypes.c_void_p)]
class Maybe(ctypes.Structure): _fields_ = [('impl', ctypes.c_void_p), ('has', ctypes.c_bool)]
def called(name, x, h, W_ih, W_hh, b_ih, b_hh):
    plain = [ctypes.byref(Handle(t._cdata)) for t in (x, h, W_ih, W_hh)]
    maybe = [ctypes.byref(Maybe(t._cdata, True)) for t in (b_ih, b_hh)]
    out, answer = Handle(), torch.empty_like(h)
    getattr(lib, name)(ctypes.byref(out), *plain, *maybe)
    lib._ZN2at4_ops5copy_4callERNS_6TensorERKS2_b(
        ctypes.byref(Handle(answer._cdata)), ctypes.byref(out), ctypes.c_bool(False))
    return answer
"""
# at::native::rnn_tanh_cell itself would be called as well, by its own address in the library's file:
# no fence holds against that, and book/attacks.md says so
uses("libtorch's dispatcher, from C", "return called('_ZN2at4_ops13rnn_tanh_cell4callERKNS_6Tensor"
     f"ES4_S4_S4_RKSt8optionalIS2_ES8_', {ARGS})", before=CALL)  # fmt: skip
uses("torch.export", "layer = made(x, h, W_ih, W_hh, b_ih, b_hh)",
     "return torch.export.export(layer, (x[None], h[None])).module()(x[None], h[None])[1][0]")  # fmt: skip
uses(
    "a tensor that skips Python",
    f"with torch._C._ExcludeDispatchKeyGuard(torch._C.DispatchKeySet(torch._C.DispatchKey.Python)): return torch.rnn_tanh_cell({ARGS})",
)
uses("autograd's own keys excluded",
     f"with torch._C._AutoDispatchBelowAutograd(): return torch.rnn_tanh_cell({ARGS})")  # fmt: skip
uses("the functorch interpreter", "step = lambda a, b: torch.rnn_tanh_cell(a[None], b[None], "
     f"{ZEROS})[0]", "return torch.func.vmap(step)(x, h)")  # fmt: skip

# ---------------------------------------------------------------- sandboxes that are side by side

found_out(talks, "an abstract socket, by one of a pair", """
import ctypes, socket
libc = ctypes.CDLL(None)
one, other = socket.socketpair()
name = ctypes.create_string_buffer(b'\\1\\0\\0neighbour')
libc.connect(one.fileno(), ctypes.create_string_buffer(16), 16)
if libc.bind(one.fileno(), name, 12) == 0: seen.append(1)
""")  # fmt: skip
found_out(talks, "a terminal of all sandboxes", """
import os
for place in ('/dev/ptmx', '/dev/pts/ptmx'):
    try: seen.append(os.open(place, os.O_RDWR))
    except OSError: pass
""")  # fmt: skip
found_out(talks, "a lock on a file that all can read", """
import fcntl
one, other = open('/sandbox/worker.py'), open('/sandbox/worker.py')
fcntl.flock(one, fcntl.LOCK_EX)
try: fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError: seen.append(1)
""")  # fmt: skip
found_out(talks, "a lock on a part of such a file", """
import fcntl, struct
one, other = open('/sandbox/worker.py'), open('/sandbox/worker.py')
lock = lambda kind: struct.pack('hhqqi4x', kind, 0, 0, 1, 0)
fcntl.fcntl(one, 37, lock(fcntl.F_RDLCK))       # F_OFD_SETLK
found = fcntl.fcntl(other, 36, lock(fcntl.F_WRLCK))  # F_OFD_GETLK
if struct.unpack('hhqqi4x', found)[0] != fcntl.F_UNLCK: seen.append(1)
""")  # fmt: skip
found_out(talks, "hears who opens such a file", """
import ctypes
libc = ctypes.CDLL(None)
fd = libc.inotify_init1(0)
if fd >= 0 and libc.inotify_add_watch(fd, b'/sandbox/worker.py', 0x20) >= 0: seen.append(1)
""")  # fmt: skip
found_out(talks, "waits at a place in such a file", """
import ctypes, mmap
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p] + [ctypes.c_long] * 5
with open('/sandbox/worker.py') as file: place = libc.mmap(None, 4096, 1, 1, file.fileno(), 0)
word = ctypes.c_uint32.from_address(place).value
libc.syscall(202, ctypes.c_void_p(place), 0, word, (ctypes.c_long * 2)(0, 10**7), None, 0)
if ctypes.get_errno() == 110: seen.append(1)
""")  # fmt: skip
found_out(reads, "where the course lies", f"""
import glob
for place in ('*.pth', '__editable__*', '*.dist-info/direct_url.json'):
    for folder in ('/packages/*', torch.__path__[0] + '/..'):
        for name in glob.glob(folder + '/' + place):
            try: seen += [x for x in [open(name).read()] if {str(HERE)!r} in x]
            except OSError: pass
""")  # fmt: skip
