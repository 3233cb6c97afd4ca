"""Says in one line what isolation this platform allows; exit status 1 if none."""

import sys

from rnn_course.autograde.sandbox import probe

if __name__ == "__main__":
    possible, line = probe()
    print(line)
    sys.exit(not possible)
