"""Reading a signature as a student sees it: 'lstm_cell(x, (h, c), W_ih) -> (h, c)'."""

import re


def names_of(call):
    """The arguments' names, nested as they are: 'f(x, (h, c)) -> h' gives ['x', ['h', 'c']]."""
    inside = re.match(r"\s*\w+\((.*)\)\s*$", call.partition("->")[0])
    if not inside:
        return []
    stack, word = [[]], ""
    for letter in inside[1] + ",":
        if letter == "(":
            stack.append([])
        elif letter in ",)":
            if word.strip():
                stack[-1].append(word.split("=")[0].strip())
            word = ""
            if letter == ")":
                inner = stack.pop()
                stack[-1].append(inner)
        else:
            word += letter
    return stack[0] if len(stack) == 1 else []


def names_and_paths(call):
    """(name, path) of every argument: 'f(x, (h, c))' has h at (1, 0)."""

    def walk(names, path):
        for k, name in enumerate(names):
            if isinstance(name, list):
                yield from walk(name, (*path, k))
            else:
                yield name, (*path, k)

    return list(walk(names_of(call), ()))


def shapes_of(call, args):
    """name -> shape of every argument that is a tensor."""
    shapes = {}
    for name, path in names_and_paths(call):
        value = args
        for k in path:
            value = value[k] if isinstance(value, tuple | list) and k < len(value) else None
        if hasattr(value, "shape"):
            shapes[name] = tuple(value.shape)
    return shapes


def argument_names(call, args):
    """One name for each of the arguments: 'x', '(h, c)'; by number where the signature has other."""

    def text(name):
        return f"({', '.join(map(text, name))})" if isinstance(name, list) else name

    names = names_of(call)
    if len(names) != len(args):
        return [f"argument {k}" for k in range(1, len(args) + 1)]
    return [text(name) for name in names]
