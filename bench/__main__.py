"""One command for every measurement of speed: `make bench`, or `python -m bench` with options.

    python -m bench                                   all sizes and kinds, packed, growth, memory
    python -m bench --sizes S1 S3 --kinds LSTM        two sizes of one kind
    python -m bench --sizes 60,16,40,80 --parts table another size (T,N,I,H), the table alone
    python -m bench --parts table --ways fast         the engine beside torch.nn: some minutes
    OPENBLAS_CORETYPE=Haswell python -m bench         as on a machine without AVX-512 in numpy

Everything is measured in turns, in one process, on --threads threads; a ratio is the middle over
rounds of (this / torch.nn in the same round), with the quarter below and the quarter above. "of
floor" is the same time by that of the bare matmuls of the quicker library (ladder.bare_matmuls).

What the engine is to reach, forward + backward, of torch.nn: LSTM 1.0 1.0 .85 .80 .92 at S1 to S5,
GRU .20 .60 .60 .45 .80, RNN .30 .65 .60 .45 .75; of the floor, at S2 to S5: 1.4 1.15 1.3 1.15.
"""

import argparse
import os
import sys

SIZES = {  # T, N, I, H
    "S1": (50, 1, 64, 64),
    "S2": (35, 20, 200, 200),
    "S3": (100, 32, 128, 256),
    "S4": (784, 32, 1, 128),
    "S5": (200, 64, 256, 512),
}
KINDS = ("LSTM", "GRU", "RNN")
PARTS = ("table", "packed", "growth", "memory")


def size(text):
    if text in SIZES:
        return text, SIZES[text]
    try:
        numbers = tuple(int(part) for part in text.split(","))
        if len(numbers) != 4 or min(numbers) < 1:
            raise ValueError
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected one of {', '.join(SIZES)} or four numbers T,N,I,H, got {text!r}"
        ) from None
    return text, numbers


def arguments(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__.split("\n\n")[0],
        epilog="sizes: " + ", ".join(f"{name} = {s}" for name, s in SIZES.items()) + " (T,N,I,H)",
    )
    add = parser.add_argument
    add("--sizes", nargs="+", type=size, default=list(SIZES.items()), metavar="SIZE")
    add("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    add("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    add("--ways", nargs="+", metavar="WORD", help="only ways with one of these words, and torch.nn")
    add("--threads", type=int, default=1)
    add("--dtype", choices=("float32", "float64"), default="float32")
    add("--seconds", type=float, default=12, help="for each line of each part, about (12)")
    add("--compiled", action="store_true", help="torch.compile the hoisted loop too: minutes")
    add("--out", default="_build/bench", help="folder of bench.json and bench.svg")
    options = parser.parse_args(argv)
    if options.threads < 1:
        parser.error(f"expected --threads of at least 1, got {options.threads}")
    return options


def main(argv=None):
    options = arguments(argv)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(options.threads)  # read once, when numpy and torch are imported
    from bench import report, run

    report.write(run.run(options), options.out)


if __name__ == "__main__":
    sys.exit(main())
