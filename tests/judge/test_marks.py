"""Marks given by hand: of two people who mark the same answer neither is lost without a word."""

import os
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from rnn_course.autograde import ledger, marks, report


@pytest.fixture
def two(tmp_path, monkeypatch):
    """Two formgraders' gradebooks on one database, in which ada's answer waits for a mark."""
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    monkeypatch.setenv("PATH", beside)  # nbgrader starts alembic
    marks.keep_marks()
    marks.keep_marks()  # twice: it is kept once all the same
    url = f"sqlite:///{tmp_path}/gradebook.db"
    with Gradebook(url) as book, Gradebook(url) as other:
        book.add_assignment("rnn")
        book.add_notebook("rnn", "rnn")
        book.add_grade_cell("why", "rnn", "rnn", max_score=4, cell_type="markdown")
        book.add_student("ada")
        with book.db.no_autoflush:  # nbgrader makes rows before they have a place
            book.add_submission("rnn", "ada")
        yield book, other


def mark(book, points, server, monkeypatch):
    monkeypatch.setattr(marks.os, "getpid", lambda: server)
    monkeypatch.setenv("JUPYTERHUB_USER", f"marker{server}")
    book.db.expire_all()
    grade = book.find_grade("why", "rnn", "rnn", "ada")
    grade.manual_score = points
    book.db.commit()


def given(book):
    return [it[:2] for it in marks.marks_of(book.db, "rnn")["ada"]["why"]]


def test_each_mark_is_kept_and_the_last_one_counts(two, monkeypatch):
    one, other = two
    mark(one, 1.0, 1, monkeypatch)  # where the judge never wrote nothing is kept, and nothing fails
    assert one.find_grade("why", "rnn", "rnn", "ada").manual_score == 1.0
    ledger.make_tables(one.db)
    for book, points, server in ((one, 2.0, 1), (one, 2.0, 1), (other, 3.0, 2), (one, None, 1)):
        mark(book, points, server, monkeypatch)
    assert given(one) == [(2.0, "marker1"), (3.0, "marker2"), (None, "marker1")]
    ledger.make_tables(one.db)  # as the next run does: nothing is lost
    assert len(given(one)) == 3


def test_two_markers_of_one_answer_are_told():
    def told(*given):
        works = [ledger.Row("ada", "rnn", "graded", 3.0, 4.0, marks={"why": list(given)})]
        return report.to_do(works)

    ann, bob, later = "2026-11-03T18:01:02", "2026-11-03T18:02:03", "2026-11-04T08:00:00"
    two = marks.Mark(2.0, "ann", "h-1", ann), marks.Mark(3.0, "<b>", "h-2", bob)
    assert "ada, why: 2 (ann, 2026-11-03 18:01), then 3 (&lt;b&gt;, 2026-11-03 18:02) UTC" in told(
        *two
    )
    assert "Marked by two" in told(*two, marks.Mark(None, "ann", "h-1", later))
    assert told(two[0], two[0]._replace(mark=4.0, moment=later)) == "<p>Nothing.</p>"  # by one
    assert told(two[0], two[1]._replace(mark=2.0)) == "<p>Nothing.</p>"  # they agree
