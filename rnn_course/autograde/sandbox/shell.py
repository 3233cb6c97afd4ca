"""IPython without a kernel: runs cells and keeps what they print, show and raise as plain dicts.

The dicts have the form of a notebook's outputs. At most `limit` characters are kept of a cell.
"""

import ast
import contextlib
import io

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

KEPT = ("text/plain", "image/png", "image/jpeg")  # nothing that a browser would run


class Outputs:
    """The outputs of the cell that is running."""

    def __init__(self):
        self.limit = 1_000_000
        self.take()

    def take(self):
        """What there is so far, as a list; and begin anew."""
        taken = getattr(self, "items", [])
        if taken and self.cut:
            note = f"\n[the output was cut here: at most {self.limit:,} characters are kept]\n"
            taken.append({"output_type": "stream", "name": "stdout", "text": note})
        for item in [item for item in taken if "parts" in item]:
            item["text"] = "".join(item.pop("parts"))
        self.items, self.size, self.cut = [], 0, False
        return [item for item in taken if item.get("text") != ""]

    def text(self, name, text):
        kept = text[: max(0, self.limit - self.size)]
        self.size += len(text)
        self.cut |= len(kept) < len(text)
        last = self.items[-1] if self.items else {}
        if last.get("name") != name:
            last = {"output_type": "stream", "name": name, "parts": []}
            self.items.append(last)
        if kept:
            last["parts"].append(kept)

    def data(self, kind, data):
        data = {mime: str(data[mime]) for mime in KEPT if mime in data}
        size = sum(map(len, data.values()))
        if self.size + size > self.limit:
            self.cut = True
        elif data:
            self.size += size
            self.items.append({"output_type": kind, "data": data})

    def error(self, name, value, lines):
        name, value = str(name)[:200], shortened(value)
        lines = [shortened(line) for line in lines][-40:]
        self.items.append(
            {"output_type": "error", "ename": name, "evalue": value, "traceback": lines}
        )


def shortened(value, length=4000):
    """str(value), or a word in its place if even that fails."""
    try:
        text = str(value)
    except Exception:
        text = "(its text cannot be shown)"
    return text if len(text) <= length else text[:length] + " ..."


outputs = Outputs()


class Stream(io.TextIOBase):
    """What stands in for sys.stdout and sys.stderr."""

    encoding = "utf-8"

    def __init__(self, name):
        self.name = name

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        outputs.text(self.name, text)
        return len(text)


class _DisplayHook(DisplayHook):
    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        outputs.data("execute_result", format_dict)


class _DisplayPublisher(DisplayPublisher):
    def publish(self, data, metadata=None, **kwargs):
        outputs.data("display_data", data)

    def clear_output(self, wait=False):
        pass


class Shell(InteractiveShell):
    displayhook_class = _DisplayHook
    display_pub_class = _DisplayPublisher

    def _showtraceback(self, etype, evalue, stb):
        ours = [part for part in stb if not part.startswith("File ")]  # theirs, not torch's
        outputs.error(getattr(etype, "__name__", etype), evalue, ours)

    def enable_gui(self, gui=None):
        pass

    def ask_exit(self):
        print("[exit() does nothing while graded]")

    def system(self, command):
        print("[not run while graded: a command of the system]")

    system_piped = system_raw = system

    def getoutput(self, command, split=True, depth=0):
        self.system(command)
        return [] if split else ""

    def run(self, source, is_skipped):
        """Run a cell as a notebook does. Returns whether a statement was skipped.

        is_skipped  tells of an exception that only its own statement is to be skipped, and that
                    the rest of the cell is to be run all the same
        """
        result = self.run_cell(source, store_history=True)
        skipped = result.error_in_exec is not None and is_skipped(result.error_in_exec)
        if skipped:
            for statement in self._after(source, result.error_in_exec):
                self.run_cell(statement, store_history=False)
        return skipped

    def _after(self, source, error):
        """The statements of a cell after the one that raised."""
        with contextlib.suppress(SyntaxError):
            source = self.transform_cell(source)
            frame, line = error.__traceback__, 0
            while frame is not None:
                if frame.tb_frame.f_globals is self.user_ns and not line:
                    line = frame.tb_lineno
                frame = frame.tb_next
            later = [node for node in ast.parse(source).body if node.lineno > line]
            return [ast.get_source_segment(source, node) for node in later]
        return []


def make_shell():
    config = Config()
    config.HistoryManager.enabled = False  # no file and, above all, no thread
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.xmode = "Context"
    config.InteractiveShell.cache_size = 0
    return Shell.instance(config=config)
