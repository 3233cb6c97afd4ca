"""What pyproject.toml cannot say of the package.

- The prints of the mistakes are a build product, _build/prints (`make prints`); in the package they
  are checks/prints. data.lock stands at the top of the repository; in the package it is beside
  packages.py.
- A package index shows README.md on a page of its own, where a relative link leads nowhere. There,
  links lead to the repository that _config.yml names; where it names none their words stay, and
  pictures go. The same address makes the project's URLs.
"""

import re
from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent


class BuildWithData(build_py):
    def run(self):
        super().run()
        if self.editable_mode:
            return
        package = Path(self.build_lib, "rnn_course")
        for path in sorted(HERE.glob("_build/prints/*.npz")):
            target = package / "checks" / "prints" / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            copyfile(path, target)
        if (HERE / "data.lock").exists():
            copyfile(HERE / "data.lock", package / "data.lock")


def repository():
    """The address that `repository: url` in _config.yml gives, or ''."""
    config = HERE / "_config.yml"
    text = config.read_text(encoding="utf-8") if config.exists() else ""
    found = re.search(r'^repository:\n(?:  .*\n)*?  url: *"?([^"\s#]*)', text, re.MULTILINE)
    return found[1].rstrip("/") if found else ""


def for_an_index(text, address):
    """A Markdown text of the repository as it can be read elsewhere."""

    def elsewhere(match):
        picture, words, target = match.groups()
        if re.match(r"https?:|#", target):
            return match[0]
        if not address:
            return "" if picture else words
        kind = "raw" if picture else "blob"
        return f"{picture}[{words}]({address}/{kind}/HEAD/{target})"

    return re.sub(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)", elsewhere, text)


ADDRESS = repository()
setup(
    cmdclass={"build_py": BuildWithData},
    long_description=for_an_index((HERE / "README.md").read_text(encoding="utf-8"), ADDRESS),
    long_description_content_type="text/markdown",
    project_urls={"Source": ADDRESS, "Changes": f"{ADDRESS}/blob/HEAD/CHANGELOG.md"}
    if ADDRESS
    else {},
)
