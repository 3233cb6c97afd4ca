"""Captions of figures that cells draw: a Sphinx directive for the book's pages.

    ```{code-cell}
    plots.lines(curves, alt="...")
    ```

    :::{caption} fig-lstm-reach
    What is seen, and what to conclude from it. Numbers that the cell computes stay out.
    :::

The caption stands directly below its cell, so that an edit of it runs no cell. The cell's picture
becomes a figure with a number, to which the text refers by {numref}`fig-lstm-reach`. If a cell
draws several pictures, they have their captions in the same order. A caption without a picture
and a picture without a caption are faults of the page.
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

log = logging.getLogger(__name__)
PICTURE = re.compile(r'class="[^"]*\brnn-picture\b')  # what rnn_course.plots puts on a page


class Caption(SphinxDirective):
    required_arguments = 1
    has_content = True

    def run(self):
        body = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, body)
        if len(body) != 1 or not isinstance(body[0], nodes.paragraph):
            raise self.error(f"expected one paragraph as the caption of {self.arguments[0]!r}")
        figure = nodes.figure("", nodes.caption("", "", *body[0].children))
        figure["names"].append(nodes.fully_normalize_name(self.arguments[0]))
        self.set_source_info(figure)
        self.state.document.note_explicit_target(figure, figure)
        return [figure]


class PutPicturesIn(SphinxTransform):
    default_priority = 400  # before the domains note what has a number and a name

    def apply(self):
        pictures = [bundle for bundle in self.document.findall(nodes.container) if drawn(bundle)]
        captions = [figure for figure in self.document.findall(nodes.figure) if waiting(figure)]
        for caption in captions:
            cell = above(caption)
            here = [picture for picture in pictures if cell in ancestors(picture)]
            if not here:
                log.warning("no cell above draws a picture for this caption", location=caption)
                continue
            pictures.remove(here[0])
            caption.parent.remove(caption)
            here[0].replace_self(caption)
            caption.insert(0, here[0])
        for picture in pictures:
            log.warning("this cell draws a picture without a caption", location=picture)


def drawn(bundle):
    """Is this the output of a cell with a picture?"""
    return bundle.get("nb_element") == "mime_bundle" and (
        any(PICTURE.search(raw.astext()) for raw in bundle.findall(nodes.raw))
        or any(bundle.findall(nodes.image))
    )


def waiting(node):
    """Is this a caption whose picture is not yet in its figure?"""
    return isinstance(node, nodes.figure) and isinstance(node[0], nodes.caption)


def above(caption):
    """What stands above a caption, other captions left out; None where nothing does."""
    before = caption.parent[: caption.parent.index(caption)]
    return next((node for node in reversed(before) if not isinstance(node, nodes.figure)), None)


def ancestors(node):
    while node.parent is not None:
        node = node.parent
        yield node


def setup(app):
    app.add_directive("caption", Caption)
    app.add_transform(PutPicturesIn)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
