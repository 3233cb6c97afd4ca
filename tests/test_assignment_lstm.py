"""The assignment lstm: right answers of every style, untouched tasks, wrong answers by name.

The students stand in exercises/sample_answers/lstm.md, with the points that they deserve and a
word or two that the check must say.
"""

import pytest
from assignments import made_with, points_of, read_students, run

from rnn_course.checks import check

STUDENTS = {student.name: student for student in read_students("lstm")}


def test_the_solutions_get_all_points():
    shown = run("lstm")
    assert {task: s.points for task, s in shown.items()} == points_of("lstm")
    assert len(shown) >= 7


def test_untouched_it_runs_to_the_end_with_kind_words():
    for task, s in run("lstm", untouched=True).items():
        assert s.points == 0 and s.verdict.status == "undone", f"{task}: {s}"
        assert "not done yet" in str(s)


@pytest.mark.parametrize("student", STUDENTS.values(), ids=STUDENTS)
def test_the_sample_students_get_what_they_deserve(student):
    code = {task: text for task, text in student.answers.items() if task != "lstm-why"}
    shown = run("lstm", code)
    for task, most in points_of("lstm").items():
        deserved = 0 if "raise NotImpl" in code.get(task, "") else student.points.get(task, most)
        assert shown[task].points == pytest.approx(deserved, abs=0.011), f"{task}: {shown[task]}"
    for task, words in student.says.items():
        assert words in str(shown[task]), f"{task} should say {words!r}:\n{shown[task]}"


def test_every_mistake_of_the_own_tasks_is_seen_and_named_itself():
    """Each mistake that differs from the right answer is judged wrong and told by its name.

    Two mistakes may give the same numbers: then the first of them is named.
    """
    for task in (check.forget_bias, check.lstm_memory_backward, check.lstm_cell_backward):
        for mistake in task.known():
            found = task.verdict(made_with(task, mistake))
            assert not found.passed, f"{task.name} accepts {mistake.name}"
            assert len(found.mistakes) == 1, f"{task.name}, {mistake.name}: {found.message}"
