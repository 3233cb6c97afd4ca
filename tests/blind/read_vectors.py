# ruff: noqa
import torch


def right_1(lines):
    words, rows = [], []
    for line in lines:
        parts = line.split()
        if len(parts) <= 2:  # a header or an empty line: a real line has at least three parts
            continue
        words.append(parts[0])
        rows.append([float(p) for p in parts[1:]])
    return words, torch.tensor(rows, dtype=torch.float32)


def right_2(lines):
    start = 1 if len(lines[0].split()) == 2 else 0
    body = [line.rstrip().split(" ") for line in lines[start:] if line.strip()]
    words = [entry[0] for entry in body]
    table = torch.stack(
        [torch.tensor(list(map(float, entry[1:])), dtype=torch.float32) for entry in body]
    )
    return words, table


def right_3(lines):
    def parse(text):
        word, *values = text.split()
        return word, [float(v) for v in values]

    remaining = list(lines)
    while remaining and not remaining[-1].strip():
        remaining.pop()
    first = remaining[0].split()
    if len(first) == 2:
        remaining = remaining[1:]
    pairs = [parse(text) for text in remaining]
    E = len(pairs[0][1])
    assert all(len(v) == E for _, v in pairs), "lines of different length"
    table = torch.empty(len(pairs), E, dtype=torch.float32)
    for k, (_, v) in enumerate(pairs):
        table[k] = torch.tensor(v)
    return [w for w, _ in pairs], table


def right_4(lines):
    words = []
    numbers = []
    for i, line in enumerate(lines):
        line = line.strip()
        if line == "":
            continue
        word, rest = line.split(" ", 1)
        if i == 0 and " " not in rest:
            continue
        words.append(word)
        numbers.extend(float(s) for s in rest.split())
    return words, torch.FloatTensor(numbers).reshape(len(words), -1)


# MISTAKE: always throws away the first line, also when there is no header
def wrong_1(lines):
    words = []
    vectors = []
    for line in lines[1:]:  # <-- here
        parts = line.split()
        if not parts:
            continue
        words.append(parts[0])
        vectors.append([float(x) for x in parts[1:]])
    return words, torch.tensor(vectors, dtype=torch.float32)


# MISTAKE: row number = line number minus one even if there is no header, so without one the first vector lands in the last row
def wrong_2(lines):
    lines = [line for line in lines if line.strip() != ""]
    header = len(lines[0].split()) == 2
    V = len(lines) - 1 if header else len(lines)
    words = []
    table = torch.zeros(V, len(lines[-1].split()) - 1, dtype=torch.float32)
    for i, line in enumerate(lines):
        parts = line.split()
        if len(parts) == 2:
            continue
        words.append(parts[0])
        table[i - 1] = torch.tensor([float(p) for p in parts[1:]])  # <-- here
    return words, table


# MISTAKE: all numbers are laid out as (E, V) and transposed, so the vectors of different words are mixed up
def wrong_3(lines):
    if len(lines[0].split()) == 2:
        lines = lines[1:]
    words, flat = [], []
    for line in lines:
        if line.strip():
            word, *values = line.split()
            words.append(word)
            flat += [float(v) for v in values]
    V = len(words)
    return words, torch.tensor(flat, dtype=torch.float32).view(len(flat) // V, V).t()  # <-- here


# MISTAKE: the same tensor is filled again for each line and put into the list, so at the end all rows are the last vector
def wrong_4(lines):
    E = len(lines[1].split()) - 1 if len(lines[0].split()) == 2 else len(lines[0].split()) - 1
    words, rows = [], []
    row = torch.zeros(E)  # <-- here
    for line in lines:
        parts = line.split()
        if len(parts) != E + 1 or len(parts) == 2:
            continue
        words.append(parts[0])
        for e in range(E):
            row[e] = float(parts[e + 1])
        rows.append(row)  # <-- here
    return words, torch.stack(rows)


# MISTAKE: turns the words into lower case, so they are no longer the words of the file
def wrong_5(lines):
    data = [l.lower().split() for l in lines]  # <-- here
    data = [d for d in data if len(d) > 2]
    words = [d[0] for d in data]
    table = torch.tensor([[float(v) for v in d[1:]] for d in data])
    return words, table.to(torch.float32)


# MISTAKE: the table is built in float64, not in float32
def wrong_6(lines):
    entries = [line.split() for line in lines]
    entries = [e for e in entries if len(e) >= 3]
    words = [e[0] for e in entries]
    rows = [
        torch.tensor([float(x) for x in e[1:]], dtype=torch.float64) for e in entries
    ]  # <-- here
    return words, torch.stack(rows)


# MISTAKE: the words are sorted by the alphabet while the rows stay in the order of the file
def wrong_7(lines):
    words = []
    vectors = []
    for line in lines:
        parts = line.strip().split(" ")
        if len(parts) > 2:
            words.append(parts[0])
            vectors.append([float(p) for p in parts[1:]])
    table = torch.tensor(vectors, dtype=torch.float32)
    return sorted(words), table  # <-- here


# MISTAKE: a header is never looked for and becomes a word with a (cut or filled up) vector
# MISTAKE: the numbers are cut to integers
def pair_1(lines):
    words, rows = [], []
    for line in lines:
        parts = line.split()
        if not parts:  # <-- here
            continue
        words.append(parts[0])
        rows.append([int(float(p)) for p in parts[1:]])  # <-- here
    E = len(rows[-1])
    table = torch.zeros(len(words), E)
    for k, row in enumerate(rows):
        table[k, : len(row)] = torch.tensor(row, dtype=torch.float32)
    return words, table


# MISTAKE: every line whose word consists of digits is taken for a header, so words such as "2005" get lost
# MISTAKE: each vector is scaled to length 1
def pair_2(lines):
    words = []
    rows = []
    for line in lines:
        parts = line.split()
        if not parts or parts[0].isdigit():  # <-- here
            continue
        words.append(parts[0])
        v = torch.tensor([float(x) for x in parts[1:]], dtype=torch.float32)
        rows.append(v / v.norm().clamp(min=1e-8))  # <-- here
    return words, torch.stack(rows)


# MISTAKE: the last number of each line is dropped, because the student thinks split() leaves the line break as a last part
# MISTAKE: the last line is always dropped as "the empty one", also when it holds a vector
def pair_3(lines):
    if len(lines[0].split()) == 2:
        lines = lines[1:]
    lines = lines[:-1]  # <-- here
    words, rows = [], []
    for line in lines:
        parts = line.split()
        words.append(parts[0])
        rows.append([float(p) for p in parts[1:-1]])  # <-- here
    return words, torch.tensor(rows, dtype=torch.float32)
