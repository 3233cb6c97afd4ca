"""Reading what a student sent: only what is graded, in time and memory that grow with the file."""

import contextlib
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rnn_course.autograde import grade_submission
from rnn_course.autograde.limits import MB, Limits
from rnn_course.autograde.notebook_json import Unreadable, read
from tests.attacks import toy

ROOT = Path(__file__).resolve().parents[2]


def file(cells="", beside="", outputs=""):
    """A notebook of one cell, with these pieces of JSON put into it; about as long as they are."""
    code = '{"cell_type": "code", "source": ["x = ", "1"], "metadata": {}, "outputs": [%s]}'
    text = '{"nbformat": 4, %s "cells": [%s%s], "metadata": {}}'
    return (text % (beside, code % outputs, cells)).encode()


LARGE = {  # name -> a file of about n bytes
    "one long text": lambda n: file(outputs='"' + "a" * n + '"'),
    "text of escapes": lambda n: file(outputs='"' + '\\"\\\\' * (n // 4) + '"'),
    "many texts": lambda n: file(outputs='"",' * (n // 3) + '""'),
    "a picture": lambda n: file(outputs='{"data": {"image/png": "' + "iVBO" * (n // 4) + '"}}'),
    "space": lambda n: file(outputs=" " * n),
    "numbers": lambda n: file(outputs="1," * (n // 2) + "1"),
    "empty objects": lambda n: file(beside='"x": [' + "{}, " * (n // 4) + "{}],"),
    "small lists of lists": lambda n: file(outputs="[[[]],[{}]]," * (n // 12) + "1"),
    "brackets in texts": lambda n: file(outputs='["[",' * (n // 6) + "1" + "]" * (n // 6)),
    "lists six deep": lambda n: file(outputs="[[[[[[]]]]],[{}]]," * (n // 18) + "1"),
    "nested": lambda n: file(beside='"x": ' + "[" * (n // 2) + "]" * (n // 2) + ","),
    "nested, with space": lambda n: file(outputs="[ " * (n // 4) + "] " * (n // 4)),
    "attachments": lambda n: file(
        cells=', {"cell_type": "markdown", "source": "a", "attachments": {"a.png": {"image/png": "'
        + "A" * n
        + '"}}}'
    ),  # fmt: skip
    "metadata": lambda n: file(beside='"metadata": {"a": [' + '{"b": 1},' * (n // 9) + "1]},"),
    "many cells": lambda n: file(cells=', {"cell_type": "raw", "source": ""}' * (n // 36)),
    "cells of nothing": lambda n: file(cells=", {}" * (n // 4)),
    "many keys": lambda n: file(beside='"": 1,' * (n // 6)),
    "long source": lambda n: file(cells=', {"source": "' + "x" * n + '"}'),
    "cut off in a text": lambda n: file(outputs='"' + "\\n" * (n // 2))[: n // 2],
    "cut off in brackets": lambda n: b'{"cells": ' + b"[{" * (n // 2),
}


def seconds(data):
    """Processor time of reading a file."""
    begun = time.process_time()
    with contextlib.suppress(Unreadable):
        read(data, Limits())
    return time.process_time() - begun


def plain_loop(data):
    """Processor time of looking at each byte once."""
    begun = time.process_time()
    for _ in data:
        pass
    return time.process_time() - begun


@pytest.mark.parametrize("kind", LARGE)
def test_the_time_grows_with_the_file_and_no_faster(kind):
    """Four times the size takes at most 2.5 times 2.5 as long, the best of some rounds each.

    And never more than 150 plain loops over the bytes, which are timed beside it: a busy machine
    slows both. There are more rounds where the first do not say so.
    """
    small, large = (LARGE[kind](size * MB // 2) for size in (1, 4))
    rounds, floor = [], 0.01  # below it the clock decides
    while len(rounds) < 12:
        rounds += [[seconds(small), seconds(large), plain_loop(large)] for _ in range(4)]
        once, four, loop = map(min, zip(*rounds, strict=True))
        if max(four, floor) <= 2.5**2 * max(once, floor) and four < 150 * loop:
            return
    pytest.fail(f"{once:.3f} s, four times the size {four:.3f} s; a plain loop {loop:.3f} s")


GRADED = [
    k for k in LARGE if not k.startswith(("many cells", "cells of", "many keys", "long", "cut"))
]


@pytest.mark.parametrize("kind", GRADED)
def test_what_is_not_graded_does_not_count(kind):
    cells = read(LARGE[kind](5 * MB), Limits())
    assert cells[0] == {"cell_type": "code", "source": "x = 1", "metadata": {}}


@pytest.mark.parametrize(
    "kind, said",
    [
        ("many cells", "more than 30,000 cells"),
        ("cells of nothing", "more than 30,000 cells"),
        ("many keys", "more than 180,000 keys"),
        ("long source", "more than 4.0 MB of text"),
    ],
)
def test_what_is_too_large_is_told_in_words(kind, said):
    with pytest.raises(Unreadable, match=said) as error:
        read(LARGE[kind](5 * MB), Limits())
    assert error.value.status == "too large"
    with pytest.raises(Unreadable, match=r"it has 5\.0 MB; at most 4\.0 MB are read"):
        read(LARGE["space"](5 * MB), Limits(notebook=4 * MB))


@pytest.mark.parametrize(
    "text, line",
    [
        ('{"nbformat": 4,\n"cells": [{"source": "a\n', 2),
        ('{"nbformat": 4,\n"cells"\n[]}', 3),
        ('{"nbformat": 4,\n\n"cells": [}', 3),
        ('{"nbformat": 4, "cells": []}\n{', 1),
        ('{"nbformat": 4,\n"cells": [{"source": ["a" "b"]}]}', 2),
        ('{"nbformat": nope}', 1),
        ("\n\n<html>", 3),
    ],
)
def test_what_is_no_json_is_told_with_its_line(text, line):
    with pytest.raises(Unreadable, match=f"no JSON.*from line {line} on"):
        read(text.encode(), Limits())


def test_it_reads_what_json_reads():
    """Keys written with escapes, twice, with space between; texts of any sign; formats 3 and 4."""
    text = r'{"cells": 1, "nb\u0066ormat" : 4 , "cells": [ {"cell_type":"code", "source":"\"]}\u00e9\\"} ]}'
    assert read(text.encode(), Limits())[0]["source"] == '"]}é\\'
    about = {"grade_id": "a", "points": 2, "nested": {"not": "kept"}}
    cell = {"source": "😀\n", "cell_type": "code", "metadata": {"nbgrader": about, "x": 1}}
    text = json.dumps({"nbformat": 4, "cells": [cell]}, ensure_ascii=False)
    kept = {"nbgrader": {"grade_id": "a", "points": 2}}
    assert read(text.encode(), Limits()) == [{**cell, "metadata": kept}]
    for odd in (None, 7, "x", [1]):  # metadata that is none
        text = json.dumps({"nbformat": 4, "cells": [{**cell, "metadata": odd}, {"source": []}]})
        assert [c["metadata"] for c in read(text.encode(), Limits())] == [{}, {}]
    old = [{"cell_type": "heading", "level": 2, "source": "a"}, {"cell_type": "code", "input": "b"}]
    text = json.dumps({"nbformat": 3, "worksheets": [{"cells": old}]})
    assert [c["source"] for c in read(text.encode(), Limits())] == ["## a", "b"]


# ---------------------------------------------------------------- the whole way

RUN = """
import resource, sys
sys.path.insert(0, {root!r})
from rnn_course.autograde import grade_submission
from rnn_course.autograde.judge_pool import JudgePool
from tests.attacks import toy
import nbgrader.api
if __name__ == "__main__":
    with JudgePool() as judges:
        for name in sys.argv[1:]:
            graded = grade_submission.grade(grade_submission.File.at(name), toy.master(), judges)
            print(graded.status, sum(toy.points(graded).values()), graded.seconds)
    own = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(int(own.split()[1]) // 1024)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def test_no_process_grows_with_the_file(isolation, tmp_path):
    """40 MB of outputs and 40 MB of empty objects beside the cells: both are graded."""
    right = json.loads(toy.submission())
    right["cells"][1]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "é" * 20 * MB}
    ]
    (tmp_path / "outputs").write_text(json.dumps(right, ensure_ascii=False), encoding="utf-8")
    objects = '"x": [' + "{}," * (40 * MB // 3) + '{}], "cells":'
    (tmp_path / "objects").write_text(toy.submission().replace('"cells":', objects))
    (tmp_path / "run.py").write_text(RUN.format(root=str(ROOT)))
    names = [tmp_path / "run.py", tmp_path / "outputs", tmp_path / "objects"]
    done = subprocess.run([sys.executable, *names], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *rows, own, others = done.stdout.splitlines()
    assert [row.split()[:2] for row in rows] == [["graded", "5.0"]] * 2
    assert int(own) < 300 and int(others) < 1000, (own, others)


def test_a_file_is_sent_elsewhere_without_its_outputs(tmp_path):
    path = tmp_path / "rnn.ipynb"
    path.write_bytes(LARGE["a picture"](5 * MB))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    small = grade_submission.File.at(path).without_outputs(Limits())
    assert len(small) < 200 and read(small, Limits()) == read(path.read_bytes(), Limits())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024
    path.write_bytes(b"{")
    absent = grade_submission.File.at(path).without_outputs(Limits())
    assert absent == grade_submission.Absent(
        "unreadable", "it is not a notebook (no JSON): from line 1 on"
    )
