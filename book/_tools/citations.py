"""The list of references has names and years as its labels, as the text has: a Sphinx extension."""

from collections import Counter

from pybtex.plugin import register_plugin
from pybtex.style.formatting.unsrt import Style as PlainStyle
from pybtex.style.labels import BaseLabelStyle


def name_and_year(entry):
    """'Elman 1990', 'Hochreiter and Schmidhuber 1997', 'Bengio et al. 2003'."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join([*person.prelast_names, *person.last_names]) for person in people]
    if len(names) > 2:
        names = [f"{names[0]} et al."]
    label = f"{' and '.join(names) or entry.key} {entry.fields['year']}"
    return label.replace("{", "").replace("}", "")  # BibTeX's, around what is no person


class NameAndYear(BaseLabelStyle):
    def format_labels(self, sorted_entries):
        labels = [name_and_year(entry) for entry in sorted_entries]
        total, so_far = Counter(labels), Counter()
        for label in labels:
            letter = "abcdefgh"[so_far[label]] if total[label] > 1 else ""
            so_far[label] += 1
            yield label + letter


class Names(PlainStyle):
    default_sorting_style = "author_year_title"
    default_label_style = NameAndYear


def setup(app):
    register_plugin("pybtex.style.formatting", "names", Names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
