"""The one thing that pyproject.toml cannot say: the package takes the prints of the mistakes along.

They are a build product, _build/prints (`make prints`); in the package they are checks/prints.
"""

from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithPrints(build_py):
    def run(self):
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib, "rnn_course", "checks", "prints")
        for path in sorted(Path("_build", "prints").glob("*.npz")):
            target.mkdir(parents=True, exist_ok=True)
            copyfile(path, target / path.name)


setup(cmdclass={"build_py": BuildWithPrints})
