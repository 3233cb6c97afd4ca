"""What each page links to besides its text: a Sphinx extension.

At the end of a page stand its notebook, its source, its assignment, the student kit and the package.
Where `repository: url` in _config.yml says where the course is on GitHub, these links lead there,
and buttons open the page's notebook on Colab, on Binder and, where `launch_jupyterhub` names one
with nbgitpuller, on a JupyterHub. All of these read the branch that is the unpacked student kit.
Without the address, the links lead to places in the book.
"""

import re
from html import escape
from urllib.parse import quote, urlencode

from docutils import nodes
from page_notebooks import BRANCH, file_name, has_notebook, repository
from sphinx.errors import ConfigError


def check_address(app, config):
    address = repository(app)
    if address and not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", address):
        raise ConfigError(
            "_config.yml, repository: url: expected https://github.com/OWNER/NAME, or nothing, "
            f"got {address!r}. The links and launch buttons of the pages are made of it."
        )


def launchers(address, hub, notebook):
    """(name, icon, address) of each service that opens a notebook of the kit's chapters."""
    owner_and_name = address.removeprefix("https://github.com/")
    name = owner_and_name.split("/")[1]
    path = f"chapters/{notebook}"
    found = [
        (
            "Colab",
            "_static/images/logo_colab.png",
            f"https://colab.research.google.com/github/{owner_and_name}/blob/{BRANCH}/{path}",
        ),
        (
            "Binder",
            "_static/images/logo_binder.svg",
            f"https://mybinder.org/v2/gh/{owner_and_name}/{BRANCH}"
            f"?urlpath={quote(f'lab/tree/{path}', safe='')}",
        ),
    ]
    if hub:
        asked = {"repo": address, "branch": BRANCH, "urlpath": f"lab/tree/{name}/{path}"}
        link = f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(asked)}"
        found.append(("JupyterHub", "_static/images/logo_jupyterhub.svg", link))
    return found


def assignment(doctree):
    """The assignment that a page's first lines name, as "Assignment lstm", or None."""
    for reference in doctree.findall(nodes.reference):
        if named := re.fullmatch(r"Assignment (\w+)", reference.astext()):
            return named[1]
    return None


def links(app, pagename, doctree, context):
    """(words, address) of each link at the end of a page."""
    address, pathto = repository(app), context["pathto"]
    branch = app.config.html_theme_options.get("repository_branch") or "main"
    practise = pathto("book/intro").rstrip("#") + "#practise"  # of itself, the intro is "#"
    if has_notebook(app.env, pagename):
        yield "This page as a notebook", file_name(pagename)
    source = pathto(f"_sources/{context['sourcename']}", 1)
    yield "Its source", f"{address}/blob/{branch}/{pagename}.md" if address else source
    if task := assignment(doctree):
        listed = f"{pathto('book/assignments').rstrip('#')}#assignment-{task}"
        yield (
            f"Assignment {task}",
            f"{address}/blob/{BRANCH}/{task}.ipynb" if address else listed,
        )
    kit = f"{address}/archive/refs/heads/{BRANCH}.zip"
    yield "The student kit", kit if address else practise
    yield "The package", address or pathto("book/api")


def add_links(app, pagename, templatename, context, doctree):
    if doctree is None:
        return
    found = [
        f'<a href="{escape(address)}">{escape(words)}</a>'
        for words, address in links(app, pagename, doctree, context)
    ]
    context["body"] += f'<p class="page-links">{" · ".join(found)}</p>\n'


def add_buttons(app, pagename, templatename, context, doctree):
    """Buttons at the head of a page, in the theme's form."""
    if doctree is None or not has_notebook(app.env, pagename):
        return
    buttons = context["header_buttons"]
    for group in buttons:
        if group.get("label") == "download-buttons":
            group["buttons"].insert(
                0,
                {
                    "type": "link",
                    "url": file_name(pagename),
                    "text": ".ipynb",
                    "icon": "fas fa-code",
                    "tooltip": "Download as a notebook",
                    "label": "download-notebook-button",
                },
            )
    if address := repository(app):
        found = launchers(address, app.config.launch_jupyterhub, file_name(pagename))
        launch = [
            {"type": "link", "text": name, "tooltip": f"Open in {name}", "icon": icon, "url": url}
            for name, icon, url in found
        ]
        buttons.append(
            {
                "type": "group",
                "tooltip": "Run this page",
                "icon": "fas fa-rocket",
                "buttons": launch,
                "label": "launch-buttons",
            }
        )


def setup(app):
    app.add_config_value("launch_jupyterhub", "", "html", [str])
    app.connect("config-inited", check_address)
    app.connect("html-page-context", add_links)
    app.connect("html-page-context", add_buttons, priority=900)  # when the theme's own are there
    return {"parallel_read_safe": True, "parallel_write_safe": True}
