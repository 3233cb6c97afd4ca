"""A code cell as the judge sees it.

A comment in an instructor's cell can say more; in a given cell it holds for the whole notebook,
in a test cell for that test:

    # judge: recurrent layers allowed     torch.nn.LSTM and its kin may be called here
    # judge: the student's names: h, c    these are the student's, though a given cell binds them
"""

import re
from dataclasses import dataclass, field

STUDENT, GIVEN, TEST = "student", "given", "test"
_SAID = re.compile(r"^[ \t]*#[ \t]*judge:[ \t]*(.*?)[ \t]*$", re.MULTILINE)


@dataclass
class Cell:
    """A code cell: what kind it is (STUDENT, GIVEN, TEST) and its source."""

    kind: str
    source: str
    recurrent: bool = field(init=False, default=False)  # may torch's recurrent layers be called?
    students: tuple = field(init=False, default=())  # names that are the student's all the same

    def __post_init__(self):
        if self.kind == STUDENT:
            return
        for said in _SAID.findall(self.source):
            if said == "recurrent layers allowed":
                self.recurrent = True
            elif said.startswith("the student's names:"):
                self.students = tuple(re.findall(r"\w+", said.partition(":")[2]))
            else:
                raise ValueError(
                    f"'# judge: {said}' is not understood; write '# judge: recurrent layers "
                    "allowed' or '# judge: the student's names: NAME, NAME'"
                )
