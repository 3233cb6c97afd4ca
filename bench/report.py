"""A result as tables in the terminal, as JSON, and as a picture."""

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table


def write(result, folder):
    """Print the tables; write bench.json and, where there is a table, bench.svg to `folder`."""
    show(result, Console())
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(result, indent=1) + "\n")
    written = [folder / "bench.json"]
    if result.get("table"):
        written.append(folder / "bench.svg")
        draw(result, written[-1])
    print("written:", ", ".join(map(str, written)))


def show(result, console):
    for name, text in result["machine"].items():
        console.print(f"{name:10} {text}", highlight=False)
    clock = {"cpu": "processor time", "wall": "time on the clock"}[result["clock"]]
    console.print(f"{'measured':10} {result['dtype']}, ratios of {clock}\n")
    for part in ("table", "packed"):
        for key, lines in grouped(result.get(part, []), ("kind", "size", "what")):
            console.print(timed_table(key, lines))
    if result.get("growth"):
        console.print(growth_table(result["growth"]))
    if result.get("memory"):
        console.print(memory_table(result["memory"]))


def grouped(lines, names):
    """[(values of names, lines that have them)], in the order of the lines."""
    groups = {}
    for line in lines:
        groups.setdefault(tuple(line[name] for name in names), []).append(line)
    return groups.items()


def timed_table(key, lines):
    floors = any(line.get("by_floor") for line in lines)
    table = Table("way", title=", ".join(key), title_justify="left")
    columns = ["cpu ms", "wall ms", "of torch", "quarters", *["of floor"] * floors]
    for column in columns:
        table.add_column(column, justify="right")
    for line in lines:
        cells = [f"{line['cpu_ms']:.2f}", f"{line['wall_ms']:.2f}", f"{line['ratio']:.2f}"]
        cells.append(f"{line['low']:.2f} .. {line['high']:.2f}")
        table.add_row(line["way"], *cells, *[f"{line['by_floor']:.2f}"] if floors else [])
    return table


def growth_table(lines):
    table = Table("grows", "way", title="growth: time ~ size^p", title_justify="left")
    table.add_column("sizes: ms")
    table.add_column("p", justify="right")
    for line in lines:
        ms = "  ".join(f"{s}: {t:.2f}" for s, t in zip(line["sizes"], line["ms"], strict=True))
        table.add_row(line["grows"], line["way"], ms, f"{line['exponent']:.2f}")
    return table


def memory_table(lines):
    table = Table("kind", "size", "way", title="peak memory", title_justify="left")
    table.add_column("MiB", justify="right")
    table.add_column("ratio", justify="right")
    for line in lines:
        mib = f"{line['MiB']:.1f}"
        ratio = "-" if line["ratio"] is None else f"{line['ratio']:.2f}"
        table.add_row(line["kind"], line["size"], line["way"], mib, ratio)
    return table


def draw(result, path):
    """Forward + backward as a multiple of torch.nn: a panel a kind, a group of bars a size."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot as plt

    lines = [line for line in result["table"] if line["what"] == "forward + backward"]
    kinds = list(dict.fromkeys(line["kind"] for line in lines))
    sizes = list(dict.fromkeys(line["size"] for line in lines))
    ways = list(dict.fromkeys(line["way"] for line in lines if line["way"] != "torch.nn"))
    figure, axes = plt.subplots(
        len(kinds), squeeze=False, figsize=(9, 2.8 * len(kinds)), layout="constrained"
    )
    for panel, kind in zip(axes[:, 0], kinds, strict=True):
        for k, way in enumerate(ways):
            own = {x["size"]: x for x in lines if x["kind"] == kind and x["way"] == way}
            at = [s + (k - len(ways) / 2) * 0.8 / len(ways) for s in range(len(sizes))]
            ratios = [own[s]["ratio"] for s in sizes]
            spread = [
                [own[s]["ratio"] - own[s]["low"] for s in sizes],
                [own[s]["high"] - own[s]["ratio"] for s in sizes],
            ]
            panel.bar(at, ratios, 0.8 / len(ways), yerr=spread, label=way, align="edge")
        panel.axhline(1, color="black", linewidth=1)
        panel.set(yscale="log", ylabel=f"{kind}: times torch.nn", xticks=range(len(sizes)))
        panel.set_xticklabels(sizes)
    axes[0, 0].legend(ncols=2, fontsize="small")
    facts = result["machine"]
    figure.suptitle(
        f"{facts['processor']}, {facts['threads']} thread(s), {result['dtype']}", fontsize="medium"
    )
    figure.savefig(path)
    plt.close(figure)
