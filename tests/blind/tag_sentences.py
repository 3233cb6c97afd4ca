# ruff: noqa
import torch
import torch.nn.functional as F
import numpy as np

# paper_gru_cell (task 7 of the same notebook) is used by name in right_1, wrong_5 and pair_1; all others are written out.


def right_1(sentences, layers, W, b, crf):
    answers = []
    for xs in sentences:
        T = len(xs)
        for one, other in layers:
            ahead, back = [None] * T, [None] * T
            h = xs.new_zeros(1, one[1].shape[1])
            for t in range(T):
                h = paper_gru_cell(xs[t : t + 1], h, *one)
                ahead[t] = h
            h = xs.new_zeros(1, other[1].shape[1])
            for t in range(T - 1, -1, -1):
                h = paper_gru_cell(xs[t : t + 1], h, *other)
                back[t] = h
            xs = torch.cat([torch.cat([ahead[t], back[t]], dim=1) for t in range(T)])
        e = xs @ W.T + b
        K = e.shape[1]
        score = (crf[0] + e[0]).tolist()
        links = []
        for t in range(1, T):
            new, link = [], []
            for j in range(K):
                options = [score[i] + crf[2 + i, j].item() for i in range(K)]
                best = options.index(max(options))
                link.append(best)
                new.append(options[best] + e[t, j].item())
            score = new
            links.append(link)
        last = [score[j] + crf[1, j].item() for j in range(K)]
        path = [last.index(max(last))]
        for link in reversed(links):
            path.insert(0, link[path[0]])
        answers.append(path)
    return answers


def right_2(sentences, layers, W, b, crf):
    W, b, crf = W.numpy(), b.numpy(), crf.numpy()

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    def gru(xs, weights):
        W_ih, W_hh, bias = (w.numpy() for w in weights)
        U_r, U_z, U_n = np.split(W_hh, 3)
        h = np.zeros(len(U_r), dtype=xs.dtype)
        states = []
        for a_r, a_z, a_n in (np.split(a, 3) for a in xs @ W_ih.T + bias):
            r, z = sigmoid(a_r + U_r @ h), sigmoid(a_z + U_z @ h)
            h = z * h + (1 - z) * np.tanh(a_n + U_n @ (r * h))
            states.append(h)
        return np.array(states)

    def best_path(e):
        total, pointers = crf[0] + e[0], []
        for row in e[1:]:
            table = total[:, None] + crf[2:]
            pointers.append(table.argmax(0))
            total = table.max(0) + row
        tag = int((total + crf[1]).argmax())
        path = [tag]
        for pointer in pointers[::-1]:
            tag = int(pointer[tag])
            path.append(tag)
        return path[::-1]

    def tags(sentence):
        xs = sentence.numpy()
        for forward, backward in layers:
            xs = np.hstack([gru(xs, forward), gru(xs[::-1], backward)[::-1]])
        return best_path(xs @ W.T + b)

    return [tags(sentence) for sentence in sentences]


def right_3(sentences, layers, W, b, crf):
    start, stop, trans = crf[0], crf[1], crf[2:]
    result = []
    for s in sentences:
        states = s
        for pair in layers:
            # both readers at once: the first axis is the direction
            W_ih, W_hh, bias = (torch.stack([d[i] for d in pair]) for i in range(3))
            H = W_hh.shape[-1]
            inputs = torch.stack([states, states.flip(0)])  # (2, T, E)
            gates = torch.baddbmm(bias[:, None, :], inputs, W_ih.transpose(1, 2))
            h = s.new_zeros(2, H, 1)
            out = []
            for g in gates.unbind(1):
                rz = torch.sigmoid(g[:, : 2 * H, None] + W_hh[:, : 2 * H] @ h)
                r, z = rz[:, :H], rz[:, H:]
                n = torch.tanh(g[:, 2 * H :, None] + W_hh[:, 2 * H :] @ (r * h))
                h = torch.lerp(n, h, z)
                out.append(h[..., 0])
            out = torch.stack(out, 1)
            states = torch.cat([out[0], out[1].flip(0)], 1)
        e = torch.addmm(b, states, W.t())
        alpha = start + e[0]
        pointers = []
        for t in range(1, e.shape[0]):
            alpha, where = (alpha.unsqueeze(1) + trans).max(dim=0)
            alpha = alpha + e[t]
            pointers.append(where)
        k = (alpha + stop).argmax()
        path = [k.item()]
        while pointers:
            k = pointers.pop()[k]
            path.append(k.item())
        path.reverse()
        result.append(path)
    return result


def right_4(sentences, layers, W, b, crf):
    class Reader:
        def __init__(self, W_ih, W_hh, bias):
            self.W_ih, self.bias = W_ih, bias
            self.U = W_hh.chunk(3)

        def __call__(self, xs):
            h = xs.new_zeros(1, self.U[0].shape[0])
            for x in xs.split(1):
                r, z, n = F.linear(x, self.W_ih, self.bias).chunk(3, -1)
                r = (r + F.linear(h, self.U[0])).sigmoid()
                z = (z + F.linear(h, self.U[1])).sigmoid()
                n = (n + F.linear(r * h, self.U[2])).tanh()
                h = n + z * (h - n)
                yield h

    readers = [(Reader(*f), Reader(*g)) for f, g in layers]
    paths = []
    for xs in sentences:
        for f, g in readers:
            there = torch.cat(list(f(xs)))
            back = torch.cat(list(g(xs.flip(0)))[::-1])
            xs = torch.cat((there, back), dim=1)
        e = F.linear(xs, W, b)
        # for each last tag: (score, path so far)
        alive = [(crf[0, j] + e[0, j], [j]) for j in range(len(b))]
        for t in range(1, len(e)):
            totals = torch.stack([score for score, _ in alive])
            step = []
            for j in range(len(b)):
                score, i = (totals + crf[2:, j]).max(0)
                step.append((score + e[t, j], alive[int(i)][1] + [j]))
            alive = step
        paths.append(max(alive, key=lambda a: float(a[0] + crf[1, a[1][-1]]))[1])
    return paths


# MISTAKE: uses torch's kind of GRU: the reset gate multiplies W_hn h after the product, instead of the state before it
def wrong_1(sentences, layers, W, b, crf):
    def read(xs, W_ih, W_hh, bias):
        h = W_hh.new_zeros(W_hh.shape[1])
        out = []
        for x in xs:
            i_r, i_z, i_n = (W_ih @ x + bias).chunk(3)
            h_r, h_z, h_n = (W_hh @ h).chunk(3)
            r = torch.sigmoid(i_r + h_r)
            z = torch.sigmoid(i_z + h_z)
            n = torch.tanh(i_n + r * h_n)  # <-- here
            h = (1 - z) * n + z * h
            out.append(h)
        return torch.stack(out)

    def viterbi(e):
        score = crf[0] + e[0]
        back = []
        for t in range(1, len(e)):
            best = (score[:, None] + crf[2:]).max(0)
            score = best.values + e[t]
            back.append(best.indices.tolist())
        path = [int((score + crf[1]).argmax())]
        for pointers in back[::-1]:
            path.append(pointers[path[-1]])
        return path[::-1]

    out = []
    for xs in sentences:
        for fw, bw in layers:
            xs = torch.cat([read(xs, *fw), read(xs.flip(0), *bw).flip(0)], dim=1)
        out.append(viterbi(xs @ W.T + b))
    return out


# MISTAKE: takes the best tag step by step, given the tag chosen just before, instead of searching the best path as a whole
def wrong_2(sentences, layers, W, b, crf):
    def gru(xs, weights):
        W_ih, W_hh, bias = weights
        H = W_hh.size(1)
        h, hs = W_hh.new_zeros(H), []
        for x in xs:
            a = W_ih @ x + bias
            rz = torch.sigmoid(a[: 2 * H] + W_hh[: 2 * H] @ h)
            r, z = rz[:H], rz[H:]
            n = torch.tanh(a[2 * H :] + W_hh[2 * H :] @ (r * h))
            h = z * h + (1 - z) * n
            hs.append(h)
        return torch.stack(hs)

    all_tags = []
    for sentence in sentences:
        s = sentence
        for left, right in layers:
            s = torch.cat((gru(s, left), gru(s.flip(0), right).flip(0)), 1)
        e = s @ W.T + b
        T = e.shape[0]
        tags = []
        before = crf[0]
        for t in range(T):
            scores = before + e[t]
            if t == T - 1:
                scores = scores + crf[1]
            tags.append(scores.argmax().item())  # <-- here
            before = crf[2 + tags[-1]]  # <-- here
        all_tags.append(tags)
    return all_tags


# MISTAKE: forgets the stop scores of the CRF at the last word
def wrong_3(sentences, layers, W, b, crf):
    crf_np = crf.numpy()

    def sig(v):
        return 1.0 / (1.0 + np.exp(-v))

    def run(xs, params):
        wi, wh, bi = [p.numpy() for p in params]
        H = wh.shape[1]
        h = np.zeros(H)
        res = np.zeros((len(xs), H))
        for t in range(len(xs)):
            g = wi @ xs[t] + bi
            r = sig(g[:H] + wh[:H] @ h)
            z = sig(g[H : 2 * H] + wh[H : 2 * H] @ h)
            n = np.tanh(g[2 * H :] + wh[2 * H :] @ (r * h))
            h = (1 - z) * n + z * h
            res[t] = h
        return res

    result = []
    for sent in sentences:
        x = sent.numpy()
        for fwd, bwd in layers:
            x = np.concatenate([run(x, fwd), run(x[::-1], bwd)[::-1]], axis=1)
        e = x @ W.numpy().T + b.numpy()
        T, K = e.shape
        v = np.zeros((T, K))
        arg = np.zeros((T, K), dtype=int)
        v[0] = crf_np[0] + e[0]
        for t in range(1, T):
            m = v[t - 1][:, None] + crf_np[2:]
            arg[t] = m.argmax(axis=0)
            v[t] = m.max(axis=0) + e[t]
        path = [int(v[-1].argmax())]  # <-- here
        for t in range(T - 1, 0, -1):
            path.append(int(arg[t, path[-1]]))
        result.append(path[::-1])
    return result


# MISTAKE: does not turn the backward reader's states back into the order of the sentence before joining
def wrong_4(sentences, layers, W, b, crf):
    def unroll(x, W_ih, W_hh, bias):
        x = F.linear(x, W_ih, bias)
        Ur, Uz, Un = torch.chunk(W_hh, 3, dim=0)
        state = W_hh.new_zeros(Ur.shape[0])
        for row in x:
            r, z, n = row.chunk(3)
            reset = torch.sigmoid(r + Ur @ state)
            keep = torch.sigmoid(z + Uz @ state)
            candidate = torch.tanh(n + Un @ (reset * state))
            state = keep * state + (1 - keep) * candidate
            yield state

    paths = []
    for xs in sentences:
        for f_weights, b_weights in layers:
            f_states = torch.stack(list(unroll(xs, *f_weights)))
            b_states = torch.stack(list(unroll(xs.flip(0), *b_weights)))
            xs = torch.cat([f_states, b_states], dim=-1)  # <-- here
        e = F.linear(xs, W, b)
        best, pointers = crf[0] + e[0], []
        for scores in e[1:]:
            best, where = torch.max(best.view(-1, 1) + crf[2:] + scores, dim=0)
            pointers.append(where)
        tag = int(torch.argmax(best + crf[1]))
        path = [tag]
        for where in reversed(pointers):
            tag = int(where[tag])
            path = [tag] + path
        paths.append(path)
    return paths


# MISTAKE: the backward reader starts from the forward reader's last state instead of zeros
def wrong_5(sentences, layers, W, b, crf):
    output = []
    for xs in sentences:
        T = xs.shape[0]
        for fwd, bwd in layers:
            H = fwd[1].shape[1]
            joined = xs.new_zeros(T, 2 * H)
            h = xs.new_zeros(1, H)
            for t in range(T):
                h = paper_gru_cell(xs[[t]], h, *fwd)
                joined[t, :H] = h[0]
            for t in reversed(range(T)):  # <-- here
                h = paper_gru_cell(xs[[t]], h, *bwd)
                joined[t, H:] = h[0]
            xs = joined
        e = (W @ xs.T).T + b
        score, history = crf[0] + e[0], []
        for t in range(1, T):
            candidates = score.unsqueeze(-1) + crf[2:]
            history.append(candidates.argmax(dim=0))
            score = candidates.amax(dim=0) + e[t]
        k = (score + crf[1]).argmax().item()
        path = [k]
        for h in history[::-1]:
            k = h[k].item()
            path.append(k)
        output.append(list(reversed(path)))
    return output


# MISTAKE: reads the table of the CRF the wrong way round, as if its rows were the tag after and its columns the tag before
def wrong_6(sentences, layers, W, b, crf):
    K = crf.shape[1]
    go = crf[2:].tolist()
    first, last = crf[0].tolist(), crf[1].tolist()

    def gru_layer(xs, p):
        W_ih, W_hh, bias = p
        H = W_hh.shape[1]
        h = xs.new_zeros(1, H)
        states = []
        for t in range(xs.shape[0]):
            a = xs[t : t + 1] @ W_ih.T + bias
            r = torch.sigmoid(a[:, :H] + h @ W_hh[:H].T)
            z = torch.sigmoid(a[:, H : 2 * H] + h @ W_hh[H : 2 * H].T)
            n = torch.tanh(a[:, 2 * H :] + (r * h) @ W_hh[2 * H :].T)
            h = (1 - z) * n + z * h
            states.append(h)
        return torch.cat(states)

    def decode(e):
        best = {k: (first[k] + e[0][k], (k,)) for k in range(K)}
        for row in e[1:]:
            new = {}
            for k in range(K):
                s, p = max((best[j][0] + go[k][j], best[j][1]) for j in range(K))  # <-- here
                new[k] = (s + row[k], p + (k,))
            best = new
        return list(max((best[k][0] + last[k], best[k][1]) for k in range(K))[1])

    answer = []
    for s in sentences:
        for p, q in layers:
            s = torch.cat([gru_layer(s, p), gru_layer(s.flip([0]), q).flip([0])], 1)
        answer.append(decode((s @ W.T + b).tolist()))
    return answer


# MISTAKE: the backward reader is run with the forward reader's weights (wrong variable)
def wrong_7(sentences, layers, W, b, crf):
    def reader(xs, W_ih, W_hh, bias):
        H = W_hh.shape[1]
        h = xs.new_zeros(H)
        hs = []
        for x in xs:
            gi = W_ih @ x + bias
            r = torch.sigmoid(gi[0:H] + W_hh[0:H] @ h)
            z = torch.sigmoid(gi[H : H + H] + W_hh[H : H + H] @ h)
            n = torch.tanh(gi[H + H :] + W_hh[H + H :] @ (r * h))
            h = n - z * n + z * h
            hs.append(h)
        return torch.stack(hs)

    tagged = []
    for xs in sentences:
        for fw, bw in layers:
            u = reader(xs, *fw)
            v = reader(torch.flip(xs, (0,)), *fw)  # <-- here
            xs = torch.hstack((u, torch.flip(v, (0,))))
        scores = xs @ W.T + b
        delta = scores[0] + crf[0]
        psi = []
        for t in range(1, scores.shape[0]):
            m, i = (delta.reshape(-1, 1) + crf[2:]).max(0)
            psi.append(i)
            delta = m + scores[t]
        delta = delta + crf[1]
        path = [delta.argmax().item()]
        for i in psi[::-1]:
            path.insert(0, i[path[0]].item())
        tagged.append(path)
    return tagged


# MISTAKE: forgets the start scores of the CRF AND joins the backward state first, the forward state after it
def pair_1(sentences, layers, W, b, crf):
    def gru(xs, w):
        h = xs.new_zeros(1, w[1].shape[1])
        hs = []
        for x in xs.split(1):
            h = paper_gru_cell(x, h, *w)
            hs.append(h)
        return torch.cat(hs)

    res = []
    for xs in sentences:
        for f, g in layers:
            forward = gru(xs, f)
            backward = gru(xs.flip(0), g).flip(0)
            xs = torch.cat([backward, forward], dim=1)  # <-- here
        e = xs @ W.T + b
        score = e[0]  # <-- here
        ptr = []
        for row in e[1:]:
            score, p = (score[:, None] + crf[2:]).max(0)
            score = score + row
            ptr.append(p)
        y = [int((score + crf[1]).argmax())]
        for p in reversed(ptr):
            y.append(int(p[y[-1]]))
        res.append(y[::-1])
    return res


# MISTAKE: leaves out the CRF and takes the largest score e at each character AND applies the reset gate after the product W_hn h, as torch does
def pair_2(sentences, layers, W, b, crf):
    def one_way(xs, W_ih, W_hh, bias):
        h = W_hh.new_zeros(W_hh.shape[1])
        out = []
        for x in xs:
            from_x, from_h = W_ih @ x + bias, W_hh @ h
            xr, xz, xn = from_x.chunk(3)
            hr, hz, hn = from_h.chunk(3)
            z = torch.sigmoid(xz + hz)
            n = torch.tanh(xn + torch.sigmoid(xr + hr) * hn)  # <-- here
            h = (1 - z) * n + z * h
            out.append(h)
        return torch.stack(out)

    tags = []
    for xs in sentences:
        for a, z in layers:
            xs = torch.cat([one_way(xs, *a), one_way(xs.flip(0), *z).flip(0)], 1)
        e = xs @ W.T + b
        tags.append(e.argmax(dim=1).tolist())  # <-- here
    return tags


# MISTAKE: forgets the bias b of the linear layer AND returns the path from the last tag to the first
def pair_3(sentences, layers, W, b, crf):
    def states(xs, weights, reverse):
        W_ih, W_hh, bias = weights
        H = W_hh.shape[1]
        T = len(xs)
        h, out = xs.new_zeros(H), xs.new_zeros(T, H)
        order = range(T - 1, -1, -1) if reverse else range(T)
        for t in order:
            x = xs[t]
            r = torch.sigmoid(W_ih[:H] @ x + W_hh[:H] @ h + bias[:H])
            z = torch.sigmoid(W_ih[H:-H] @ x + W_hh[H:-H] @ h + bias[H:-H])
            n = torch.tanh(W_ih[-H:] @ x + W_hh[-H:] @ (r * h) + bias[-H:])
            h = (1 - z) * n + z * h
            out[t] = h
        return out

    results = []
    for sentence in sentences:
        for fw, bw in layers:
            sentence = torch.cat([states(sentence, fw, False), states(sentence, bw, True)], 1)
        e = sentence @ W.T  # <-- here
        total = crf[0] + e[0]
        came_from = []
        for t in range(1, len(e)):
            grid = total[:, None] + crf[2:] + e[t][None, :]
            total, idx = grid.max(dim=0)
            came_from.append(idx)
        path = [(total + crf[1]).argmax().item()]
        for idx in came_from[::-1]:
            path.append(idx[path[-1]].item())
        results.append(path)  # <-- here
    return results
