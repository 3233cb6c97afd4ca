"""Every assignment: who gets which points, and with which words.

The students stand in exercises/sample_answers/NAME.md, with the points that they deserve and a
word or two that the check must say.
"""

import pytest
from assignments import assignments, points_of, read_students, run

LEAST_TASKS = {  # names of what each assignment has to teach: no fewer graded tasks than this
    "embedding": 8, "rnn": 7, "bptt": 6, "lstm": 7, "gru": 6, "bidirectional": 6, "lengths": 7,
    "capstone": 6, "open": 8, "series": 9, "tags": 9, "translate": 8,
}  # fmt: skip
STUDENTS = [(name, student) for name in assignments() for student in read_students(name)]
LONG = ["capstone-right-other-style", "open-right-other-style"]  # ten seconds each and more
TRAINS = ["capstone"]  # for as long


def one_of(pair):
    name, student = pair
    called = f"{name}-{student.name}"
    return pytest.param(*pair, id=called, marks=[pytest.mark.evidence] * (called in LONG))


def test_there_are_enough_tasks():
    assert {name for name in assignments()} == set(LEAST_TASKS)
    tasks = {name: len(points_of(name)) for name in assignments()}
    assert all(tasks[name] >= least for name, least in LEAST_TASKS.items()), tasks


@pytest.mark.parametrize("name", assignments())
def test_the_solutions_get_all_points(name):
    shown = run(name)
    assert {task: s.points for task, s in shown.items()} == points_of(name)


@pytest.mark.parametrize("name", assignments())
def test_untouched_it_runs_to_the_end_with_kind_words(name):
    for task, shown in run(name, untouched=True).items():
        assert shown.points == 0 and shown.verdict.status == "undone", f"{task}: {shown}"
        assert "not done yet" in str(shown)


@pytest.mark.parametrize("name", assignments())
def test_three_are_wrong_and_one_is_right_in_another_style(name):
    wrong = [s for where, s in STUDENTS if where == name and s.name.startswith("wrong")]
    right = [s for where, s in STUDENTS if where == name and s.name.startswith("right")]
    assert len(wrong) >= 3 and right
    assert all(s.points and s.says for s in wrong), "they lose points, and the check says why"
    assert not any(s.points for s in right)


@pytest.mark.filterwarnings("ignore:a warning is no mistake")  # one of them gives it
@pytest.mark.parametrize("name, student", list(map(one_of, STUDENTS)))
def test_the_sample_students_get_what_they_deserve(name, student):
    code = {task: text for task, text in student.answers.items() if task in points_of(name)}
    shown = run(name, code)
    for task, most in points_of(name).items():
        deserved = student.points.get(task, most)
        assert shown[task].points == pytest.approx(deserved, abs=0.011), f"{task}: {shown[task]}"
    for task, words in student.says.items():
        assert words in str(shown[task]), f"{task} should say {words!r}:\n{shown[task]}"


@pytest.mark.parametrize(
    "name, seed",
    [
        pytest.param(name, seed, marks=[pytest.mark.evidence] * (seed != "ada" or name in TRAINS))
        for name in assignments()
        for seed in ("ada", "bob", "cyd")
    ],
)
def test_hidden_cases_of_other_students_are_fair_too(name, seed, monkeypatch):
    monkeypatch.setenv("RNN_COURSE_SEED", seed)
    assert {task: s.points for task, s in run(name).items()} == points_of(name)
