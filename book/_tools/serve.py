"""Serve the built book to this machine alone, and say its address."""

import argparse
import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, *arguments):
        pass


def server(folder=HTML, port=0):
    """A server for the files of a folder; port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Quiet, directory=folder))


def main():
    parser = argparse.ArgumentParser(description="Serve the built book.")
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    options = parser.parse_args()
    if not (HTML / "index.html").exists():
        raise SystemExit("there is no built book: run `make book` first")
    try:
        serving = server(port=options.port)
    except OSError as error:
        raise SystemExit(
            f"port {options.port} cannot be used ({error.strerror}); "
            "take another: make read PORT=8001"
        ) from None
    print(f"the book: http://127.0.0.1:{serving.server_port}/   (stop with Ctrl+C)", flush=True)
    try:
        serving.serve_forever()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
