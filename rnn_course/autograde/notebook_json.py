"""A submitted notebook, read without its outputs: time and memory grow with its size, no faster.

Of the file's JSON only that is made into values which is graded: version, and of each cell type,
source and nbgrader's metadata. All else (outputs, pictures, attachments, whatever lies beside the
cells) is passed over as bytes, by looking for quotes and brackets, and never parsed. nbformat reads
everything: 8 MB of `[{}, {}, ...]` become 1.4 GB of objects.

    python -m rnn_course.autograde.notebook_json LIMITS      stdin to stdout: only what is graded
"""

import itertools
import json
import re
import sys
from typing import Any

from rnn_course.autograde.limits import Limits

# no pattern goes back over what it has matched (`++`, `*+`, `(?>`): the time is linear
_SPACE = re.compile(rb"[ \t\r\n]*+")
_SCALAR = re.compile(rb"[-+.\w]++", re.ASCII)
_STRING_ = rb'"(?:[^"\\]++|\\.)*+"'
_STRING = re.compile(_STRING_, re.DOTALL)
_FLAT = rb'(?:[^"\[\]{}]++|' + _STRING_ + rb")*+"
_OPENS = re.compile(rb"(?:[\[{]%b)++" % _FLAT, re.DOTALL)
_CLOSES = re.compile(rb"(?:[\]}]%b)++" % _FLAT, re.DOTALL)
_BRACKET_OR_STRING = re.compile(rb"[\[\]{}]|" + _STRING_, re.DOTALL)
_WHOLE = b""  # values that are whole, five brackets deep: the pattern goes over them at once
for _ in range(6):
    _WHOLE = rb'(?:[^"\[\]{}]++|' + _STRING_ + (_WHOLE and rb"|(?>[\[{]%b[\]}])" % _WHOLE) + rb")*+"
_WHOLES = re.compile(_WHOLE, re.DOTALL)
QUOTE, COLON, COMMA = b'":,'
OPEN, CLOSE = b"[{", b"]}"
MOST_KEYS = 6  # of a cell, on average
SMALL = 1 << 16  # bytes of a value that may be parsed as a whole before what is wanted is taken

# what is looked into, and what of it is kept; of False only that it is there. All other keys are
# passed over
_CELL: dict[str, Any] = {"cell_type": True, "source": True, "input": True, "level": True}
_CELL |= {"metadata": {"nbgrader": True}, "outputs": False, "execution_count": False}
_NOTEBOOK: dict[str, Any] = {"nbformat": True, "cells": [_CELL], "worksheets": [{"cells": [_CELL]}]}


class Unreadable(Exception):
    """There is no notebook in it. `status` says which kind of none (grade_submission.STATUS)."""

    def __init__(self, status, why):
        self.status, self.why = status, why
        super().__init__(why)


class _Broken(Exception):
    """It is no JSON, from this byte on."""


def read(data, limits):
    """The cells of a notebook file, its bytes: [{"cell_type", "source", "metadata"}, ...].

    `metadata` holds nbgrader's alone, plain values. Raises Unreadable.
    """
    if len(data) > limits.notebook:
        raise too_large(f"it has {_mb(len(data))}; at most {_mb(limits.notebook)} are read")
    try:
        content = _Reader(data, limits).value(_NOTEBOOK, _after_mark(data), whole=True)
    except _Broken as broken:
        line = data.count(b"\n", 0, broken.args[0]) + 1
        where = f"from line {line} on" if data.strip() else "it is empty"
        raise Unreadable("unreadable", f"it is not a notebook (no JSON): {where}") from None
    except UnicodeDecodeError:
        raise Unreadable("unreadable", "it is not text (UTF-8)") from None
    except RecursionError:
        raise Unreadable("unreadable", "it is not a notebook") from None
    version = content.get("nbformat") if isinstance(content, dict) else None
    if type(version) is not int:
        raise Unreadable("unreadable", "it is JSON, but not a notebook")
    if version not in (3, 4):
        raise Unreadable("wrong version", f"it has notebook format {version}; save it in format 4")
    try:
        sheets = [content] if version == 4 else content["worksheets"]
        return [_cell(cell) for sheet in sheets for cell in sheet["cells"]]
    except (KeyError, TypeError, AttributeError) as error:
        kind = type(error).__name__
        raise Unreadable("unreadable", f"its cells are not those of a notebook ({kind})") from None


def too_large(why):
    return Unreadable("too large", why)


def _mb(size):
    return f"{size / (1 << 20):,.1f} MB"


def _after_mark(data):
    """Where the text begins: a byte order mark may stand before it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # of UTF-16
        raise Unreadable("unreadable", "it is not text (UTF-8)")
    return 3 if data[:3] == b"\xef\xbb\xbf" else 0


def _cell(cell):
    """A cell of format 3 or 4, as it is in 4. Some programs leave out what each must have, or
    write null."""
    kind = cell.get("cell_type")
    if not isinstance(kind, str):
        kind = "code" if {"outputs", "input", "execution_count"} & set(cell) else "markdown"
    lines = cell.get("source", cell.get("input"))
    lines = lines if isinstance(lines, list) else [lines]
    source = "".join([line for line in lines if isinstance(line, str)])
    if kind == "heading":
        level = cell.get("level")
        source = "#" * (level if level in range(1, 7) else 1) + " " + source
    about = cell.get("metadata")
    about = about.get("nbgrader") if isinstance(about, dict) else None
    metadata = {}
    if isinstance(about, dict):
        plain = {k: v for k, v in about.items() if v is None or isinstance(v, str | int | float)}
        metadata = {"nbgrader": plain}
    kind = "markdown" if kind in ("heading", "html") else kind
    return {"cell_type": kind, "source": source, "metadata": metadata}


def _only(wanted, value):
    """What is wanted of a value that is parsed already."""
    if wanted is True or not isinstance(value, dict):
        return value if wanted is True else None
    if wanted is False:
        return None
    return {key: _only(wanted[key], value[key]) for key in value if key in wanted}


def _size(value):
    """About how much room a plain value takes."""
    if isinstance(value, dict | list):
        return 2 + sum(map(_size, value.values() if isinstance(value, dict) else value))
    return len(value) if isinstance(value, str) else 8


def _brackets(found):
    """How many brackets a match holds, those in its strings not counted."""
    text = found.group()
    text = _STRING.sub(b"", text) if b'"' in text else text
    return len(text) - len(text.translate(None, b"[]{}"))


class _Reader:
    def __init__(self, data, limits):
        self.data, self.limits = data, limits
        self.kept = self.cells = self.keys = 0

    def value(self, wanted, at, whole=False):
        """What is wanted of the value that begins at a byte; `end` is where it ends.

        wanted  True: all of it. A dict: these keys of an object. A list: of an array, this of each
        whole   nothing but space may follow
        """
        at = self._past_space(at)
        small = self._small(wanted, at) if wanted is _CELL else None
        if small is not None:
            return small
        if isinstance(wanted, dict) and self.data[at : at + 1] == b"{":
            found = self._object(wanted, at)
        elif isinstance(wanted, list) and self.data[at : at + 1] == b"[":
            found = self._array(wanted[0], at)
        else:
            self.end = self._past_value(at)
            found = self._parsed(at) if wanted is True else None
        if whole and self._past_space(self.end, at_end=True) < len(self.data):
            raise _Broken(self.end)
        return found

    def _small(self, wanted, at):
        """The same by Python's parser, which is quicker; None where it cannot be."""
        end = self._past_value(at)
        if end - at > SMALL:
            return None
        try:
            found = _only(wanted, json.loads(self.data[at:end].decode()))
        except (ValueError, RecursionError):
            return None  # it may lie in what is passed over
        self._keep(_size(found))
        self.end = end
        return found

    def _object(self, wanted, at):
        found = {}
        at = self._past_space(at + 1)
        if self.data[at] == CLOSE[1]:
            self.end = at + 1
            return found
        while True:
            if self.data[at] != QUOTE:
                raise _Broken(at)
            self._count("keys", MOST_KEYS * self.limits.cells)
            end = self._past_string(at)
            key = self._key(at, end)
            at = self._past_space(end)
            if self.data[at] != COLON:
                raise _Broken(at)
            inner = wanted.get(key)
            value = self.value(inner, at + 1)
            if inner is not None:
                found[key] = value  # of a key that is there twice the last one counts
            at = self._past_space(self.end)
            if self.data[at] != COMMA:
                break
            at = self._past_space(at + 1)
        self._close(at, CLOSE[1])
        return found

    def _array(self, wanted, at):
        found = []
        at = self._past_space(at + 1)
        if self.data[at] == CLOSE[0]:
            self.end = at + 1
            return found
        while True:
            if wanted is _CELL:
                self._count("cells", self.limits.cells)
            found.append(self.value(wanted, at))
            at = self._past_space(self.end)
            if self.data[at] != COMMA:
                break
            at += 1
        self._close(at, CLOSE[0])
        return found

    def _close(self, at, bracket):
        if self.data[at] != bracket:
            raise _Broken(at)
        self.end = at + 1

    def _count(self, what, most):
        setattr(self, what, getattr(self, what) + 1)
        if getattr(self, what) > most:
            raise too_large(f"it has more than {most:,} {what}")

    def _key(self, at, end):
        """A key as text; "" for what is too long to be one of ours."""
        if end - at > 100:
            return ""
        return self._loads(at, end)

    def _parsed(self, at):
        self._keep(self.end - at)
        return self._loads(at, self.end)

    def _keep(self, size):
        self.kept += size
        if self.kept > self.limits.text:
            text = _mb(self.limits.text)
            raise too_large(f"its cells have more than {text} of text, outputs not counted")

    def _loads(self, at, end):
        text = self.data[at:end].decode()
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise _Broken(at + len(text[: error.pos].encode())) from None
        except ValueError:  # a number of more digits than Python reads
            raise _Broken(at) from None

    # ------------------------------------------------------------ passing over

    def _past_space(self, at, at_end=False):
        at = _SPACE.match(self.data, at).end()
        if at >= len(self.data) and not at_end:
            raise _Broken(len(self.data))
        return at

    def _past_value(self, at):
        first = self.data[at]
        if first == QUOTE:
            return self._past_string(at)
        if first not in OPEN:
            scalar = _SCALAR.match(self.data, at)
            if scalar is None:
                raise _Broken(at)
            return scalar.end()
        depth = 0
        while True:
            found = _OPENS.match(self.data, at)
            if found is not None:
                depth += _brackets(found)
            elif (found := _CLOSES.match(self.data, at)) is not None:
                closed = _brackets(found)
                if closed >= depth:
                    marks = _BRACKET_OR_STRING.finditer(self.data, at, found.end())
                    ends = (mark.end() for mark in marks if mark[0] in b"]}")
                    return next(itertools.islice(ends, depth - 1, None))
                depth -= closed
            else:
                raise _Broken(at)
            at = _WHOLES.match(self.data, found.end()).end()

    def _past_string(self, start):
        found = _STRING.match(self.data, start)
        if found is None:
            raise _Broken(len(self.data))
        return found.end()


if __name__ == "__main__":
    try:
        limits = Limits(**json.loads(sys.argv[1]))
        cells = read(sys.stdin.buffer.read(limits.notebook + 1), limits)
        print(json.dumps({"nbformat": 4, "cells": cells}))
    except Unreadable as error:
        print(json.dumps([error.status, error.why]))
