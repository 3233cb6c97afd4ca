"""Questions to be answered before the page does: a Sphinx directive for the book's pages.

    ::::{question} Does $c_t$ stay between $-1$ and $1$?
    :name: lstm-bound

    - Yes, like $h_t$.

      Why this is wrong.

    - (x) No.

      Why this is right.
    ::::

The argument is the question, each entry of the list a choice and, after an empty line, what a
reader who chooses it should know. Exactly one choice is marked with (x). The page shows radio
buttons; the words on a choice appear when it is chosen, by the style sheet alone (live.css), so
that no script, kernel or network is needed. On paper all of them are printed.
"""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

RIGHT = "(x) "


class Question(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"name": directives.unchanged_required}

    def run(self):
        name = self.options.get("name")
        body = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, body)
        entries = body.children[0].children if len(body.children) == 1 else []
        right = [entry.astext().startswith(RIGHT) for entry in entries]
        if not name or len(entries) < 2 or right.count(True) != 1:
            raise self.error(
                "expected a :name: and one list of two choices or more, exactly one of them "
                f"beginning with {RIGHT!r}; got the name {name!r}, {len(entries)} choices and "
                f"{right.count(True)} marked"
            )
        if any(len(entry.children) < 2 for entry in entries):
            raise self.error("expected words on each choice, after an empty line and indented")
        asked, messages = self.state.inline_text(self.arguments[0], self.lineno)
        found = [html(f'<fieldset class="rnn-question" id="question-{name}"><legend>', "asked")]
        found += [nodes.inline("", "", *asked), html("</legend>")]
        for number, (entry, is_right) in enumerate(zip(entries, right), start=1):
            choice, *words = entry.children
            if is_right:
                first = choice.next_node(nodes.Text)
                first.parent.replace(first, nodes.Text(first.astext().removeprefix(RIGHT)))
            place, verdict = f"question-{name}-{number}", "right" if is_right else "wrong"
            found += [
                html(
                    f'<div class="choice"><input type="radio" name="question-{name}" '
                    f'id="{place}"><label for="{place}">',
                    "choice",
                ),
                nodes.inline("", "", *choice.children),
                html(
                    f'</label><div class="why {verdict}" role="status">'
                    f'<p class="verdict">{"Yes." if is_right else "No."}</p>',
                    "why",
                    right=is_right,
                ),
                *words,
                html("</div></div>"),
            ]
        return [*found, html("</fieldset>", "end"), *messages]


def html(text, begins="", **more):
    """Markup of the page; begins says, for other forms of the page, which part comes next."""
    return nodes.raw("", text, format="html", question=begins, **more)


def setup(app):
    app.add_directive("question", Question)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
