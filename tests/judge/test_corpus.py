"""The corpus of attacks: none is accepted, none harms a neighbour or an honest task."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from rnn_course.autograde import grade_submission
from rnn_course.autograde.judge_pool import JudgePool
from rnn_course.autograde.limits import Limits
from tests.attacks import fences, toy
from tests.attacks.__main__ import LIMITS
from tests.attacks.corpus import ATTACKS

NAMES = [f"{a.family}: {a.name}" for a in ATTACKS]


@pytest.fixture(scope="module")
def outcomes(isolation):
    """name -> (Graded, points), all judged beside each other, an honest one after every eighth."""
    master = toy.master()
    honest = toy.submission().encode()

    data = [x for n, a in enumerate(ATTACKS) for x in ([a.data] + [honest] * (n % 8 == 7))]
    with JudgePool(LIMITS) as judges, ThreadPoolExecutor(6) as pool:  # some only wait

        def one(data):
            graded = grade_submission.grade(data, master, judges)
            return graded, toy.points(graded)

        results = list(pool.map(one, data))
    attacks = [r for d, r in zip(data, results, strict=True) if d is not honest]
    neighbours = [r for d, r in zip(data, results, strict=True) if d is honest]
    return dict(zip(NAMES, attacks, strict=True)), neighbours


def test_there_are_enough_and_in_every_family():
    assert len(set(NAMES)) == len(NAMES) >= 100
    assert len({a.family for a in ATTACKS}) >= 10


@pytest.mark.parametrize("attack", ATTACKS, ids=NAMES)
def test_the_attack_is_not_accepted_and_does_no_harm(attack, outcomes):
    graded, points = outcomes[0][f"{attack.family}: {attack.name}"]
    assert not attack.accepted(points), (points, graded.status)
    assert not attack.harmed(points), (points, graded.status)
    assert graded.status in grade_submission.STATUS
    size = len(str(graded.notebook))
    assert size < 6_000_000, size  # the notebook can be opened


def test_no_neighbour_is_harmed(outcomes):
    for graded, points in outcomes[1]:
        assert points == {"step": 2.0, "loop": 3.0} and graded.status == "graded", graded


@pytest.mark.parametrize("fence", fences.KEPT_BY)
def test_without_its_fence_an_attack_earns_its_points(fence, isolation):
    """Else it would test nothing. In pairs: what the first leaves behind, the second may find."""
    chosen = [a for a in ATTACKS if a.name in fences.KEPT_BY[fence] and a.family != "never ends"]
    assert {a.name for a in chosen} == set(fences.KEPT_BY[fence])
    with fences.without(fence, Limits(cell_seconds=20.0)) as judges:
        refused = [
            a.name
            for a in chosen
            if not any(a.accepted(fences.points(a, fence, judges)) for _ in "ab")
        ]
    assert refused == []


def test_an_accepted_attack_would_be_noticed():
    """The corpus' own yardstick: right work counts as accepted, lost honest work as harm."""
    attack = next(a for a in ATTACKS if a.spoils == ("step",) and a.keeps == ("loop",))
    assert attack.accepted({"step": 2.0, "loop": 3.0}) and attack.harmed({"step": 0, "loop": 2.9})
    assert not attack.accepted({"step": 0, "loop": 3.0})
