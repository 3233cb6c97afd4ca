"""The data of exercises/series.md: twelve weeks of demand for electricity, one hour per line.

The numbers stand in the text of a module of pmdarima, which is read and never run. They were
provided by J. W. Taylor, who published them with his paper of 2003.
"""

import re

from rnn_course import packages


def demand():
    """The demand in England and Wales from Monday, 5 June 2000, 0:00, in MW: the mean of each pair
    of half-hours."""
    source = packages.read("pmdarima", "pmdarima/datasets/taylor.py").decode()
    halves = [int(number) for number in re.findall(r"\d{5}", source.split("np.array([")[1])]
    hours = [(a + b) / 2 for a, b in zip(halves[::2], halves[1::2], strict=True)]
    return "".join(f"{hour:.1f}\n" for hour in hours)


FILES = {"demand.txt": demand}
PACKAGES = {"pmdarima": "pmdarima-2.1.1.dist-info/METADATA"}
