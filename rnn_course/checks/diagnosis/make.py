"""Works out what every known mistake gives on the cases of its task: the tables of prints.

python -m rnn_course.checks.diagnosis.make [TASK ...]     those that are missing or outdated
python -m rnn_course.checks.diagnosis.make --report TASK  anew, with what became of each entry
"""

import argparse
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import torch
from tqdm import tqdm

from rnn_course.checks.diagnosis import mistakes, store
from rnn_course.checks.diagnosis.maker import make


def made(name):
    """Make the prints of one task and store them; returns (name, seconds, Report or an error).

    Where an entry of its file is refused nothing is stored.
    """
    torch.set_num_threads(1)
    from rnn_course.checks import check

    start = time.thread_time()
    try:
        hypotheses, report = make(getattr(check, name))
        if report.refused:
            said = "; ".join(f"{entry}: {why}" for entry, why in report.refused.items())
            raise mistakes.DataError(f"exercises/mistakes/{name}.toml: {said}")
        store.save(name, hypotheses)
    except mistakes.DataError as error:
        report = error
    return name, time.thread_time() - start, report


def make_all(names=(), anew=False, workers=None):
    """Make the prints of these tasks (or all) that are missing or outdated: a list as of `made`."""
    wanted = [name for name in names or store.names() if anew or not store.is_new(name)]
    wanted.sort(key=_effort, reverse=True)  # the longest first, so that no worker ends alone
    workers = min(workers or os.cpu_count() or 1, len(wanted))
    if workers <= 1:
        return [made(name) for name in wanted]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        return list(tqdm(pool.map(made, wanted), desc="prints", total=len(wanted), unit="task"))


def _effort(name):
    """About how long it takes: how much stands in its file, and in those of its families."""
    paths = [mistakes.FAMILIES / f"{f}.toml" for f in mistakes.own(name).get("families", ())]
    return sum(path.stat().st_size for path in (store.MISTAKES / f"{name}.toml", *paths))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", metavar="TASK", help="without: all that have data")
    parser.add_argument("--report", action="store_true", help="anew; what became of each entry")
    options = parser.parse_args(arguments)
    failed = False
    for name, seconds, report in make_all(options.tasks, options.report):
        if isinstance(report, Exception):
            print(f"{name}: {report}", file=sys.stderr)
            failed = True
            continue
        print(f"{name}: {report.counts}, {seconds:.1f} s")
        for group in report.alike if options.report else ():
            print(f"    the same numbers: {', '.join(group)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
