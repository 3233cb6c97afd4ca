"""Functions with a known mistake, for the tests of the assignments."""


def with_mistake(task, mistake):
    """The task's own right answer with one mistake of its catalogue in it."""

    def function(*args):
        change = dict(mistake.change)
        before, after = change.pop("args", None), change.pop("result", None)
        right = change.pop("instead", None) or task.reference or task.oracle
        answer = right(*(before(*args) if before else args), **change)
        return after(answer) if after else answer

    return function
