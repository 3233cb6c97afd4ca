# ruff: noqa
import torch


def right_1(query, table, k):
    found = []
    for row in range(table.shape[0]):
        v = table[row]
        length = torch.sqrt((v * v).sum())
        if length == 0:
            continue
        cos = torch.dot(query, v) / (torch.sqrt((query * query).sum()) * length)
        found.append((cos.item(), row))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [row for _, row in found[:k]]


def right_2(query, table, k):
    keep = torch.nonzero(table.norm(dim=1) > 0).squeeze(1)
    rows = table[keep]
    unit = rows / rows.norm(dim=1, keepdim=True)
    cosines = unit @ (query / query.norm())
    best = torch.argsort(cosines, descending=True)
    return keep[best[:k]].tolist()


def right_3(query, table, k):
    assert query.dim() == 1 and table.shape[1] == query.shape[0]
    dots = torch.einsum("ve,e->v", table, query)
    squares = torch.einsum("ve,ve->v", table, table)
    # the query's own length is the same for every row and does not change the order
    score = dots / squares.sqrt()
    score[squares == 0] = -float("inf")
    return torch.topk(score, k).indices.tolist()


def right_4(query, table, k):
    def cosine(v):
        return float((query @ v) / (query.norm() * v.norm()))

    candidates = [n for n in range(len(table)) if bool((table[n] != 0).any())]
    return sorted(candidates, key=lambda n: -cosine(table[n]))[:k]


def right_5(query, table, k):
    # take the best one k times
    cos = torch.nn.functional.cosine_similarity(table, query.unsqueeze(0), dim=1)
    used = (table == 0).all(dim=1)
    winners = []
    for _ in range(min(k, int((~used).sum()))):
        w = int(cos.masked_fill(used, -10.0).argmax())
        winners.append(w)
        used[w] = True
    return winners


# MISTAKE: ranks by the plain dot product, so long vectors win; the rows' lengths are never divided out.
def wrong_1(query, table, k):
    exists = table.norm(dim=1) > 0
    sim = table @ query  # <-- here
    sim = torch.where(exists, sim, torch.full_like(sim, -float("inf")))
    return sim.argsort(descending=True)[:k].tolist()


# MISTAKE: rows of zeros are not left out: a tiny number in the denominator gives them cosine 0, which beats every negative cosine.
def wrong_2(query, table, k):
    norms = torch.linalg.norm(table, dim=1) * torch.linalg.norm(query)
    cos = table.matmul(query) / norms.clamp(min=1e-8)  # <-- here
    values, indices = torch.topk(cos, k)
    return indices.tolist()


# MISTAKE: sorts from the smallest cosine up, so it gives the rows that point most away from the query.
def wrong_3(query, table, k):
    pairs = []
    q_len = query.pow(2).sum().sqrt()
    for i, row in enumerate(table):
        r_len = row.pow(2).sum().sqrt()
        if r_len > 0:
            pairs.append((float(row.dot(query) / (r_len * q_len)), i))
    pairs = sorted(pairs)  # <-- here
    return [i for c, i in pairs[:k]]


# MISTAKE: throws the zero rows out first and then returns places in the shortened table, not the row numbers of the whole one.
def wrong_4(query, table, k):
    nonzero = table[table.abs().sum(dim=1) > 0]
    normed = nonzero / nonzero.norm(dim=1, keepdim=True)
    c = normed @ (query / query.norm())
    return c.argsort(descending=True)[:k].tolist()  # <-- here


# MISTAKE: skips the best row, as if it were always the query word itself.
def wrong_5(query, table, k):
    lens = table.norm(dim=1)
    cos = (table @ query) / (lens * query.norm())
    cos[lens == 0] = -2.0
    order = torch.argsort(cos, descending=True).tolist()
    return order[1 : k + 1]  # <-- here


# MISTAKE: ranks by the Euclidean distance between the points in place of the angle.
def wrong_6(query, table, k):
    distances = []
    for n in range(table.size(0)):
        if torch.all(table[n] == 0):
            continue
        d = (table[n] - query).norm().item()  # <-- here
        distances.append((d, n))
    distances.sort()
    return [n for d, n in distances][:k]


# MISTAKE: takes the norms along the wrong axis, one for each of the E columns in place of one for each row.
def wrong_7(query, table, k):
    there = (table != 0).any(dim=1)
    normalized = table / table.norm(dim=0)  # <-- here
    q = query / query.norm()
    cosine = torch.mv(normalized, q)
    cosine = cosine.masked_fill(~there, -1e9)
    return cosine.sort(descending=True).indices[:k].tolist()


# MISTAKE: the square root is missing: divides by the squared length of the row, so short rows are favoured.
def wrong_8(query, table, k):
    length = torch.einsum("ij,ij->i", table, table)  # <-- here
    cos = torch.einsum("ij,j->i", table, query) / length
    cos[length == 0] = float("-inf")
    return cos.argsort(descending=True).tolist()[:k]


# MISTAKE: finds the right k rows but gives them sorted by row number, not the best first.
def wrong_9(query, table, k):
    cosines = {}
    for number, vector in enumerate(table):
        if vector.norm() != 0:
            cosines[number] = ((vector * query).sum() / (vector.norm() * query.norm())).item()
    best = sorted(cosines, key=cosines.get, reverse=True)[:k]
    return sorted(best)  # <-- here


# MISTAKE: zero rows are kept, their 0/0 is nan, and nan is sorted in front of all numbers.
# MISTAKE: gives one row too few.
def pair_1(query, table, k):
    cos = (table @ query) / (table.norm(dim=1) * query.norm())  # <-- here
    ranking = cos.argsort(descending=True)
    return ranking[: k - 1].tolist()  # <-- here


# MISTAKE: uses the absolute value, so an opposite direction counts as near.
# MISTAKE: the row numbers are those of the table without its zero rows.
def pair_2(query, table, k):
    t = table[table.norm(dim=1) > 0]
    cs = []
    for v in t:
        cs.append(abs((v @ query / (v.norm() * query.norm())).item()))  # <-- here
    idx = sorted(range(len(cs)), key=lambda j: cs[j], reverse=True)  # <-- here
    return idx[:k]


# MISTAKE: the dot product alone decides, the rows are not brought to length 1.
# MISTAKE: the first place is dropped, as though it were the query itself.
def pair_3(query, table, k):
    score = torch.matmul(table, query) / query.norm()  # <-- here
    score = score.masked_fill(table.norm(dim=1) == 0, -1e30)
    order = score.argsort(descending=True)
    return order[1 : 1 + k].tolist()  # <-- here


# MISTAKE: "row of zeros" is tested by the sum of the row being positive, so rows with a negative sum are left out as well.
# MISTAKE: picks the smallest cosines rather than the largest.
def pair_4(query, table, k):
    q = query / torch.sqrt(torch.sum(query**2))
    rows = [r for r in range(table.shape[0]) if table[r].sum() > 0]  # <-- here
    cos = {r: float(table[r] @ q / table[r].norm()) for r in rows}
    order = sorted(rows, key=lambda r: cos[r])  # <-- here
    return order[:k]
