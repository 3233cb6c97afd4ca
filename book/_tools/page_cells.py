"""Run the cells of the book's pages side by side, and keep what they showed.

The results are kept in a jupyter-cache, the one that Sphinx reads when it lays out the pages.
The cache compares the text of a page's cells, so an edit to one page runs that page alone. What else
a cell's result depends on (the package, the measurements, the versions, the data) is part of the
name of the cache's folder: after a change there, every page runs again.
"""

import asyncio
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time

import yaml

# folders on which no page's results depend: no cell grades anything, or prints the full tables
NO_PART = {"autograde", "evidence", "__pycache__", ".ipynb_checkpoints"}
KEPT = 3  # so many states of the package keep their results, for going to and fro between them


class MissingPage(Exception):
    """The table of contents names a page that is not there."""


def cache_folder(root):
    """Where the results for the present state of package, measurements, versions and data are."""
    files = [root / "requirements.lock", root / "data.lock"]
    for folder in ("rnn_course", "bench"):
        files += (path for path in (root / folder).rglob("*") if path.is_file())
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for path in sorted(files):
        if NO_PART & set(path.relative_to(root).parts) or not path.exists():
            continue
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return root / "_build" / "cells" / digest.hexdigest()[:16]


def pages_of(root):
    """Every page in the table of contents, as paths, in its order."""
    from sphinx_external_toc.parsing import parse_toc_yaml

    names = parse_toc_yaml(root / "_toc.yml")
    paths = [root / f"{name}.md" for name in names]
    missing = [path.relative_to(root).as_posix() for path in paths if not path.exists()]
    if missing:
        raise MissingPage(f"_toc.yml names pages that are not there: {', '.join(missing)}")
    return paths


def read_page(path, settings):
    """The notebook of a page as Sphinx will read it, or None where a page has no cells."""
    from myst_nb.core.config import NbParserConfig
    from myst_nb.core.read import create_nb_reader
    from myst_parser.config.main import MdParserConfig

    extensions = settings.get("parse", {}).get("myst_enable_extensions", [])
    markdown = MdParserConfig(enable_extensions=set(extensions))
    text = path.read_text(encoding="utf-8")
    reader = create_nb_reader(str(path), markdown, NbParserConfig(), text)
    notebook = reader and reader.read(text)
    has_cells = notebook and any(cell.cell_type == "code" for cell in notebook.cells)
    return notebook if has_cells else None


def run_pages(root, folder, say=print, jobs=None):
    """Run every page that has no results in `folder`; returns what went wrong, one text each.

    jobs is how many pages run at once; without it, one a core. The longest pages start first.
    """
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    settings = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    timeout = settings.get("execute", {}).get("timeout", 300)
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)  # used now
    cache = get_cache(str(folder))
    forget_old(folder.parent)
    seconds_file = folder.parent / "seconds.json"
    seconds = json.loads(seconds_file.read_text()) if seconds_file.exists() else {}

    to_run = {}
    for path in pages_of(root):
        notebook = read_page(path, settings)
        if notebook is None:
            continue
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            to_run[path] = notebook
    jobs = jobs or os.cpu_count() or 1

    def keep(path, took):
        seconds[path.stem] = round(took, 1)
        cache.cache_notebook_bundle(
            CacheBundleIn(to_run[path], str(path), data={"execution_seconds": took}),
            check_validity=False,
            overwrite=True,
        )

    longest_first = sorted(to_run, key=lambda path: -seconds.get(path.stem, 1e9))
    if to_run:
        say(f"running the cells of {len(to_run)} pages, {min(jobs, len(to_run))} at a time")

    problems = asyncio.run(run_all(longest_first, to_run, jobs, root, timeout, say, keep))
    seconds_file.write_text(json.dumps(seconds, indent=1, sort_keys=True))
    return problems


async def run_all(paths, notebooks, jobs, root, timeout, say, keep):
    """Run pages in this order, `jobs` at a time; calls `keep` for each that ran without fault."""
    slots = asyncio.Semaphore(jobs)

    async def run_in_slot(path):
        async with slots:
            return path, *await run_page(path, notebooks[path], root, timeout)

    problems = []
    running = [asyncio.create_task(run_in_slot(path)) for path in paths]
    for number, next_done in enumerate(asyncio.as_completed(running), start=1):
        path, problem, took = await next_done
        fault = "  FAILED" if problem else ""
        say(f"  {number:2} of {len(paths)}  {path.stem:16} {took:6.1f} s{fault}")
        if problem:
            problems.append(problem)
        else:
            keep(path, took)
    return problems


async def run_page(path, notebook, root, timeout):
    """Run the cells of one page, in a folder of its own; the outputs end up in the notebook.

    Returns (what went wrong or None, seconds).
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    at = [0]  # the cell that runs

    def started(cell, cell_index):
        at[0] = cell_index

    begin = time.perf_counter()
    problem = None
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=timeout,
            startup_timeout=120,
            shutdown_kernel="immediate",  # it has nothing to tidy up, and would be waited for
            on_cell_start=started,
            record_timing=False,  # times would become part of what the cache compares
            resources={"metadata": {"path": folder}},
            extra_arguments=["--Application.log_level=ERROR"],  # of the kernel, not of the cells
        )
        try:
            await client.async_execute()
        except CellExecutionError as error:
            problem = describe(path, notebook, root, at[0], f"{error.ename}: {error.evalue}")
        except CellTimeoutError:
            problem = describe(path, notebook, root, at[0], f"ran longer than {timeout} s")
        except DeadKernelError:
            problem = describe(path, notebook, root, at[0], "ended the Python process")
    for number, cell in enumerate(notebook.cells):
        errors = [
            output.text for output in cell.get("outputs", []) if output.get("name") == "stderr"
        ]
        if errors and not problem:
            problem = describe(path, notebook, root, number, "wrote to stderr: " + errors[0])
    return problem, time.perf_counter() - begin


def describe(path, notebook, root, number, what):
    """Where and what: page, line and cell, the line itself, and the traceback where there is one.

    number is the index of the cell among all cells, prose included.
    """
    cell = notebook.cells[number]
    code_number = sum(c.cell_type == "code" for c in notebook.cells[: number + 1])
    traceback = "\n".join(
        line
        for output in cell.get("outputs", [])
        if output.output_type == "error"
        for line in output.traceback
    )
    plain = re.sub(r"\x1b\[[0-9;]*m", "", traceback)
    first = first_line(path, notebook, number)
    inside = re.findall(r"^(?:Cell |File <ipython)[^\n]*line (\d+)", plain, flags=re.MULTILINE)
    line = int(inside[0]) if inside else 1
    source = cell.source.splitlines()
    shown = source[line - 1].strip() if line <= len(source) else ""
    where = f"{path.relative_to(root).as_posix()}:{first + line - 1}: cell {code_number}"
    return f"{where}: {what.strip()}\n    {shown}\n{plain}".rstrip()


def first_line(path, notebook, number):
    """The line of the page, counted from 1, on which the code of a cell begins."""
    lines = path.read_text(encoding="utf-8").splitlines()
    code = notebook.cells[number].source.splitlines()
    start = notebook.metadata["source_map"][number]
    for first in range(start, len(lines)):
        if lines[first : first + len(code)] == code:
            return first + 1
    return start + 1


def forget_old(folder):
    """Delete the results of all but the states of the package that were used last."""
    states = [path for path in folder.iterdir() if path.is_dir()]
    for path in sorted(states, key=lambda path: -path.stat().st_mtime)[KEPT:]:
        shutil.rmtree(path)
