"""A submitted notebook, made into one that can be graded: only the answers are the student's.

Every cell that the instructor wrote is rebuilt from the master, in the master's order; of the
student's are the sources of the answer cells and whatever cells they added. So it does not matter
what became of the test cells, of ids, types, points or metadata.

The student's answers are found by their ids; where these are lost, or stand on something else, by
their text; else by their order (`Places`). What was done to cells that are not the student's is
noted as `Tampering`, all else as plain text.
"""

import functools
import re
from collections import defaultdict
from dataclasses import dataclass

import nbformat
from nbformat import from_dict

REGIONS = re.compile(r"(BEGIN|END) (HIDDEN TESTS|MARK SCHEME)")
REGION = re.compile(r"^.*BEGIN (HIDDEN TESTS|MARK SCHEME)(.|\n)*?END \1.*(\n|\Z)", re.MULTILINE)
TAG = re.compile(r"<(?=[a-z/!?])", re.IGNORECASE)
ENTITY = re.compile(r"&(?=#?\w+;)")  # in a link's address it would stand for a letter
SCRIPT_LINK = re.compile(r"(javascript|vbscript|data)\s*\\?:\s*(?!image/)", re.IGNORECASE)
# A picture is fetched when the page is opened: it would tell a server who reads it, and when.
PICTURE = re.compile(
    r"!(?=\[)(?!\[[^\[\]\n]{0,200}\]\(data:image/(?:png|jpeg|gif);base64,)", re.IGNORECASE
)
STYLE = re.compile(r"\burl(?=\s*\()|\\(?=(?:style|require)\b)", re.IGNORECASE)  # in formulas

# What is no code: remarks and strings. Without them a definition begins a line.
NO_CODE = re.compile(
    r"""#[^\n]*|("{3}|'{3})(?:[^\\]|\\.)*?(?:\1|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?""",
    re.DOTALL,
)
DEFINITION = re.compile(
    r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE
)
LONGEST_ANSWER = 100_000  # letters; no answer is as long, and the search takes memory
PROSE = re.compile(r"\b(?:[^\W\d_]{2,}[ \t,.;:]{1,3}){5}[^\W\d_]{2,}")  # six words in a row
MANY = 3  # notes of one kind, before they are counted


class Tampering(str):
    """A note about a cell that is not the student's to change."""


@dataclass(frozen=True)
class MasterCell:
    """A cell as it was released: one that nbgrader knows, or a plain one, which has no id."""

    grade_id: str | None
    source: str
    cell_type: str  # code, markdown, raw
    locked: bool  # the student cannot change it
    grade: bool  # it has points
    solution: bool  # the student's answer
    task: bool
    points: float | None
    checksum: str

    @functools.cached_property
    def text(self):
        """What was released: without hidden tests, mark scheme, and blanks at the ends of lines."""
        return _text(REGION.sub("", self.source))

    @functools.cached_property
    def names(self):
        return defined(self.source)

    def is_same(self, piece):
        return piece.text == self.text or piece.text == _text(self.source)

    def is_written(self, piece):
        """Has the student written anything into this answer? A remark is no code yet."""
        if not piece.text or self.is_same(piece):
            return False
        return self.cell_type != "code" or _bare(piece.source) != _bare(self.source)

    @property
    def is_test(self):
        return self.cell_type == "code" and self.grade and not self.solution

    @property
    def is_given(self):
        return self.cell_type == "code" and self.locked and not self.grade

    def cell(self, source):
        """A notebook cell with this one's metadata."""
        about = {
            name: getattr(self, name)
            for name in ("grade_id", "cell_type", "locked", "grade", "solution", "task", "checksum")
        }
        if self.points is not None:
            about["points"] = self.points
        about["schema_version"] = 3
        return _cell(self.cell_type, source, {"nbgrader": about})


def master_cells(notebook, release=None):
    """The master of a notebook, from nbgrader's gradebook (an api.Notebook): MasterCells.

    release  the path of the released notebook. Its plain cells are in no gradebook; with them it
             is known which texts are the student's own.
    """
    points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
    graded = {cell.name for cell in notebook.grade_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    cells = [
        MasterCell(
            grade_id=cell.name,
            source=cell.source,
            cell_type=cell.cell_type,
            locked=bool(cell.locked),
            grade=cell.name in graded,
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=points.get(cell.name),
            checksum=cell.checksum,
        )
        for cell in notebook.source_cells
    ]
    if release and release.exists():
        plain = [c for c in nbformat.read(release, 4).cells if "nbgrader" not in c.metadata]
        cells += [
            MasterCell(None, c.source, c.cell_type, *[False] * 4, points=None, checksum="")
            for c in plain
        ]
    return cells


def restore(notebook, master, kernelspec=None):
    """Make a submitted notebook gradable, in place. Returns notes on what was not as it should be.

    notebook  as nbformat reads it (version 4)
    master    a list of MasterCell, in their order
    """
    places = Places(notebook.cells, master)
    extras, waiting = defaultdict(list), []  # the student's own cells: before which they stand
    for piece in places.pieces:
        cell = _cell(piece.kind, _harmless(piece.source, piece.kind), {})
        if piece.place:
            extras[piece.place], waiting = waiting + extras[piece.place], []
        elif piece.before:
            extras[piece.before].append(cell)
        elif not piece.dropped:
            waiting.append(cell)
    notebook.cells = []
    for original in places.master:
        notebook.cells += extras[original.grade_id]
        source = places.source(original)
        if source != original.source:
            source = _harmless(source, original.cell_type)
        notebook.cells.append(original.cell(source))
    notebook.cells += waiting
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    language = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    notebook.metadata = from_dict({"language_info": language})
    if kernelspec:
        notebook.metadata["kernelspec"] = from_dict(kernelspec)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return places.notes


# ---------------------------------------------------------------- which cell is which


@dataclass(eq=False)
class Piece:
    """A cell of the student's, or a part of one.

    name     its grade_id, if it has one
    rest     the instructor's cell whose text was taken out of it, if one was
    place    the grade_id of the master's cell that it is, once that is known
    before   the answer that it must not stand behind: one that came later defines the same
    dropped  it holds nothing of the student's, or stands elsewhere
    """

    kind: str
    source: str
    name: str | None = None
    rest: str | None = None
    place: str | None = None
    before: str | None = None
    dropped: bool = False

    @property
    def is_free(self):
        return not (self.place or self.dropped)

    @functools.cached_property
    def text(self):
        return _text(self.source)

    @functools.cached_property
    def defines(self):
        return defined(self.source)

    def change(self, source):
        self.source = source
        for known in ("text", "defines"):
            self.__dict__.pop(known, None)


class Places:
    """Which of a student's cells is which of the master's: by id, then by text, then by order.

    master  the cells that nbgrader knows
    pieces  the student's cells, in their order
    at      grade_id -> Piece
    notes   what was not as it should be
    """

    def __init__(self, cells, master):
        self.master = [cell for cell in master if cell.grade_id]
        self.plain = {cell.text for cell in master if not cell.grade_id}
        self.known = {cell.grade_id: cell for cell in self.master}
        self.pieces = [Piece(str(c.cell_type), _source(c), _grade_id(c)) for c in cells]
        self.at, self.notes, self.lost, self.copied = {}, [], [], set()
        self._by_id()
        self.with_id = dict(self.at)
        self._rests_of_locked()
        self._locked_by_text()
        self._answers_by_text()
        self._by_order()
        self._written_below()
        self._earlier_ones()
        self._note()

    def source(self, original):
        """What stands in the place of a master's cell: the student's text if it is an answer."""
        piece = self.at.get(original.grade_id)
        return piece.source if piece and original.solution else original.source

    def _put(self, piece, original):
        before = self.at.get(original.grade_id)
        if before:  # what has the id is not the answer
            before.place = None
            before.dropped = not original.is_written(before)
        self.at[original.grade_id], piece.place = piece, original.grade_id

    def _free(self):
        """The student's own texts that have no place yet."""
        return [p for p in self.pieces if p.is_free and p.text and p.text not in self.plain]

    # ------------------------------------------------------------ by id

    def _by_id(self):
        copies = defaultdict(list)
        for piece in self.pieces:
            if piece.name in self.known:
                copies[piece.name].append(piece)
            elif piece.name is not None:
                self.notes.append(f"unknown cell {_plain(piece.name)}")
        for name, found in copies.items():
            original = self.known[name]
            best = self._best(original, found)
            for piece in found:
                own = original.solution and piece.text and not original.is_same(piece)
                piece.dropped = piece is not best and not own
            self.at[name], best.place = best, name
            if len(found) > 1 and original.solution:
                self.copied.add(name)
                which = "last" if best is found[-1] else "last that was worked on"
                self.notes.append(f"{name} was there {len(found)} times; the {which} counts")
            elif len(found) > 1:
                self.notes += [Tampering(f"a copy of {name}")] * (len(found) - 1)

    def _best(self, original, found):
        """Of some cells with one id: of an answer the last that says something."""
        if not original.solution:
            return next((p for p in found if original.is_same(p)), found[0])
        fit = [(bool(p.defines & original.names), original.is_written(p)) for p in found]
        return found[max(range(len(found)), key=lambda k: (fit[k], k))]

    # ------------------------------------------------------------ by text

    def _rests_of_locked(self):
        """Where an instructor's cell holds more than its own text, the rest may be an answer."""
        for original in self.master:
            piece = self.at.get(original.grade_id)
            if piece and not original.solution and not original.is_same(piece):
                rest = _without(piece, original)
                if rest:
                    rest = Piece(piece.kind, rest, rest=original.grade_id)
                    self.pieces.insert(self.pieces.index(piece) + 1, rest)

    def _locked_by_text(self):
        """A cell that is not the student's stands there verbatim, alone or in another cell."""
        for original in self.master:
            if original.solution or original.grade_id in self.at or not original.text:
                continue
            piece = next((p for p in self.pieces if p.is_free and original.is_same(p)), None)
            if piece:
                self._put(piece, original)
                self.lost.append(original.grade_id)
                continue
            for index, piece in enumerate(self.pieces):
                rest = "" if piece.dropped else _without(piece, original)
                if rest:
                    piece.change(rest)
                    own = Piece(original.cell_type, original.text)
                    self.pieces.insert(index + 1, own)
                    self._put(own, original)
                    self.notes.append(f"{original.grade_id} had been merged with another cell")
                    break

    def _answers_by_text(self):
        """An answer defines its name at its top level. Of several the last counts."""
        answers = [c for c in self.master if c.solution and c.cell_type == "code"]
        everyones = [name for c in answers for name in c.names]
        for original in answers:
            names = {name for name in original.names if everyones.count(name) == 1}
            name, piece = original.grade_id, self.at.get(original.grade_id)
            written = piece is not None and original.is_written(piece)
            if not names or (written and piece.defines & names):
                continue
            fitting = [p for p in self._free() if p.defines & names and original.is_written(p)]
            if fitting:
                self._put(fitting[-1], original)
                several = f", the last of {len(fitting)}" if len(fitting) > 1 else ""
                if several or piece:
                    self.notes.append(f"{name} stood in another cell{several}")
                else:
                    self.lost.append(name)
            elif not written:
                self._in_another_answer(original, names)

    def _in_another_answer(self, original, names):
        """Two answers in one cell: it stands in both places."""
        holders = [p for p in self.pieces if p.place and p.defines & names]
        holders = [p for p in holders if self.known[p.place].solution]
        holders = [p for p in holders if p.place != original.grade_id]
        if holders:
            self._put(Piece("code", holders[-1].source), original)
            self.notes.append(f"{original.grade_id} stood in the cell of {holders[-1].place}")

    # ------------------------------------------------------------ by order

    def _by_order(self):
        for original in self.master:
            if not original.solution or original.grade_id in self.at:
                continue
            free = self._between_neighbours(original)
            if original.cell_type == "code":
                free = [p for p in free if p.kind == "code" and not p.rest][:1]
            else:
                free = [p for p in free if p.kind != "code"] or free[:1]
            if free:
                self._join(free, original)
                self.lost.append(original.grade_id)

    def _between_neighbours(self, original):
        """The free pieces where a master's cell should be."""
        index = {id(piece): k for k, piece in enumerate(self.pieces)}
        places = [index.get(id(self.at.get(cell.grade_id))) for cell in self.master]
        k = self.master.index(original)
        first = next((n for n in reversed(places[:k]) if n is not None), -1)
        last = next((n for n in places[k + 1 :] if n is not None), len(self.pieces))
        return [p for p in self._free() if first < index[id(p)] < last]

    def _written_below(self):
        """The place of a written answer is untouched, and a text of the student's stands below."""
        for original in self.master:
            piece = self.at.get(original.grade_id)
            if not original.solution or original.cell_type == "code" or piece is None:
                continue
            if original.is_written(piece):
                continue
            below = []
            for other in self.pieces[self.pieces.index(piece) + 1 :]:
                if other.place or other.text in self.plain:
                    break
                if other.text and other.is_free:
                    below.append(other)
            below = [p for p in below if p.kind != "code" or PROSE.search(p.source, 0, 10_000)]
            if below:
                self._join(below, original)
                name = original.grade_id
                self.notes.append(f"{name} was written in another cell, below its place")

    def _join(self, pieces, original):
        """Make one answer of some pieces."""
        first, *others = pieces
        first.change("\n\n".join(piece.source for piece in pieces))
        for piece in others:
            piece.dropped = True
        self._put(first, original)

    def _earlier_ones(self):
        """What the answer replaced must not replace the answer, wherever it was found."""
        for original in self.master:
            answer = self.at.get(original.grade_id)
            if original.solution and answer in self.pieces:
                for piece in self.pieces[: self.pieces.index(answer)]:
                    if piece.is_free and piece.defines & original.names:
                        piece.before = original.grade_id

    # ------------------------------------------------------------ what is said of it

    def _note(self):
        merged = {piece.rest for piece in self.pieces if piece.rest and piece.place}
        for piece in self.pieces:
            piece.dropped = piece.dropped or bool(piece.rest and not piece.place)
        if len(self.lost) > MANY:
            how = "had lost their ids and were found by text and place"
            self.notes.append(f"{len(self.lost)} cells {how}")
        else:
            how = "had lost its id and was found by text and place"
            self.notes += [f"{name} {how}" for name in self.lost]
        moved = self._moved()
        for original in self.master:
            name, about = original.grade_id, str if original.solution else Tampering
            piece = self.with_id.get(name)
            if name not in self.at:
                self.notes.append(about(f"{name} was missing"))
            if piece is None or self.at[name] is not piece:
                continue
            if name in moved and name not in self.copied:
                self.notes.append(about(f"{name} had been moved"))
            if piece.kind != original.cell_type:
                self.notes.append(about(f"{name} had become a {_plain(piece.kind)} cell"))
            if name in merged:
                self.notes.append(f"{name} had been merged with another cell")
            elif not original.solution and not original.is_same(piece):
                self.notes.append(Tampering(f"{name} had been changed"))
        self.notes.sort(key=lambda note: not isinstance(note, Tampering))

    def _moved(self):
        """The cells that left the master's order: all but the heaviest part that kept it.

        Locked cells weigh more, so that an answer that was moved moves no test.
        """
        rank = {cell.grade_id: k for k, cell in enumerate(self.master)}
        order = [p.place for p in self.pieces if p.place and self.with_id.get(p.place) is p]
        parts = []  # for each cell the heaviest part that ends with it: (weight, names)
        for name in order:
            ends = [part for part in parts if rank[part[1][-1]] < rank[name]]
            weight, names = max(ends, key=lambda part: part[0], default=(0, ()))
            parts.append((weight + (1 if self.known[name].solution else 1000), (*names, name)))
        kept = max(parts, key=lambda part: part[0], default=(0, ()))[1]
        return set(order) - set(kept)


def defined(source):
    """The names that a cell defines at its top level: functions, classes, values."""
    if len(source) > LONGEST_ANSWER:
        return frozenset()
    found = DEFINITION.finditer(NO_CODE.sub("''", source))
    return frozenset(match[1] or match[2] for match in found)


def _bare(source):
    """The code of a cell: without remarks, texts, and how it is spaced."""
    return NO_CODE.sub("", source).split() if len(source) <= LONGEST_ANSWER else source


def _text(source):
    """A text for comparing: blanks at the ends of its lines are nobody's doing."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _without(piece, original):
    """A piece's text without a master's cell; "" if that does not stand in it as whole lines."""
    if not original.text or original.text not in piece.text:
        return ""
    before, found, after = f"\n{piece.text}\n".partition(f"\n{original.text}\n")
    return f"{before}\n{after}".strip("\n") if found else ""


# ---------------------------------------------------------------- texts


def _grade_id(cell):
    about = cell.metadata.get("nbgrader") if isinstance(cell.metadata, dict) else None
    name = about.get("grade_id") if isinstance(about, dict) else None
    return name if isinstance(name, str) else None


def _plain(text):
    """A student's word in a note: it will stand in terminals and tables, so no signs but these."""
    return re.sub(r"[^\w. -]", "?", text, flags=re.ASCII)[:60]


def _source(cell):
    return cell.source if isinstance(cell.source, str) else ""


def _harmless(source, kind):
    """A student's text, without what would run in a marker's browser, fetch something from
    elsewhere, or confuse nbgrader."""
    source = REGIONS.sub(r"\1  \2", source).encode("utf-8", "replace").decode()
    if kind != "code":  # it is text that the page shows, not HTML of its own
        source = TAG.sub("< ", source)
        source = ENTITY.sub("& ", source)
        source = SCRIPT_LINK.sub(r"\1 ", source)
        source = PICTURE.sub("! ", source)  # a link is left, to be followed or not
        source = STYLE.sub(r"\g<0> ", source)
    return source


def _cell(kind, source, metadata):
    kind = kind if kind in ("code", "markdown", "raw") else "raw"
    cell = {"cell_type": kind, "source": source, "metadata": metadata}
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    return from_dict(cell)
