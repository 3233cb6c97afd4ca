# ruff: noqa
"""Learners' recurrent modules, each with torch's module of the same configuration."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class _PlainRNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers):
        super().__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        for k in range(num_layers):
            size = input_size if k == 0 else hidden_size
            setattr(self, f"weight_ih_l{k}", nn.Parameter(torch.randn(hidden_size, size) * 0.3))
            setattr(
                self, f"weight_hh_l{k}", nn.Parameter(torch.randn(hidden_size, hidden_size) * 0.3)
            )
            setattr(self, f"bias_ih_l{k}", nn.Parameter(torch.zeros(hidden_size)))
            setattr(self, f"bias_hh_l{k}", nn.Parameter(torch.zeros(hidden_size)))

    def forward(self, xs, h_0=None):
        T, N, _ = xs.shape
        if h_0 is None:
            h_0 = xs.new_zeros(self.num_layers, N, self.hidden_size)
        layer_input = xs
        last = []
        for k in range(self.num_layers):
            W_ih, W_hh = getattr(self, f"weight_ih_l{k}"), getattr(self, f"weight_hh_l{k}")
            b_ih, b_hh = getattr(self, f"bias_ih_l{k}"), getattr(self, f"bias_hh_l{k}")
            h = h_0[k]
            states = []
            for x in layer_input:
                h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
                states.append(h)
            layer_input = torch.stack(states)
            last.append(h)
        return layer_input, torch.stack(last)


def right_1():
    """RNN of two layers, a list of states in each layer."""
    return _PlainRNN(5, 6, 2), nn.RNN(5, 6, num_layers=2)


class _BiLSTM(nn.Module):
    def __init__(self, I, H):
        super().__init__()
        self.H = H
        for ende in ("l0", "l0_reverse"):
            self.register_parameter("weight_ih_" + ende, nn.Parameter(torch.rand(4 * H, I) - 0.5))
            self.register_parameter("weight_hh_" + ende, nn.Parameter(torch.rand(4 * H, H) - 0.5))
            self.register_parameter("bias_ih_" + ende, nn.Parameter(torch.rand(4 * H) - 0.5))
            self.register_parameter("bias_hh_" + ende, nn.Parameter(torch.rand(4 * H) - 0.5))

    def _lesen(self, wörter, h, c, ende, schritte):
        p = dict(self.named_parameters())
        ausgabe = [None] * len(schritte)
        for t in schritte:
            a = F.linear(wörter[:, t], p["weight_ih_" + ende], p["bias_ih_" + ende])
            a = a + F.linear(h, p["weight_hh_" + ende], p["bias_hh_" + ende])
            i, f, g, o = a.chunk(4, dim=1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            ausgabe[t] = h
        return torch.stack(ausgabe, dim=1), h, c

    def forward(self, wörter, zustand=None):
        N, T, _ = wörter.shape
        if zustand is None:
            zustand = (torch.zeros(2, N, self.H), torch.zeros(2, N, self.H))
        h0, c0 = zustand
        vor, h_vor, c_vor = self._lesen(wörter, h0[0], c0[0], "l0", list(range(T)))
        rück, h_rück, c_rück = self._lesen(
            wörter, h0[1], c0[1], "l0_reverse", list(range(T - 1, -1, -1))
        )
        ausgabe = torch.cat((vor, rück), dim=2)
        return ausgabe, (torch.stack((h_vor, h_rück)), torch.stack((c_vor, c_rück)))


def right_2():
    """Bidirectional LSTM, batch first, kept batch first inside, German names."""
    return _BiLSTM(5, 6), nn.LSTM(5, 6, bidirectional=True, batch_first=True)


class _DeepBiGRU(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=2):
        super().__init__()
        self.L, self.H = num_layers, hidden_size
        H = hidden_size
        self.names = []
        for layer in range(num_layers):
            width = input_size if layer == 0 else 2 * H
            for suffix in (f"l{layer}", f"l{layer}_reverse"):
                for name, shape in [
                    ("weight_ih_", (3 * H, width)),
                    ("weight_hh_", (3 * H, H)),
                    ("bias_ih_", (3 * H,)),
                    ("bias_hh_", (3 * H,)),
                ]:
                    parameter = nn.Parameter(torch.empty(shape))
                    nn.init.uniform_(parameter, -1 / math.sqrt(H), 1 / math.sqrt(H))
                    self.register_parameter(name + suffix, parameter)
                self.names.append(suffix)

    def one_direction(self, xs, h, suffix):
        w = [
            getattr(self, n + suffix) for n in ("weight_ih_", "weight_hh_", "bias_ih_", "bias_hh_")
        ]
        words = F.linear(xs, w[0], w[2])
        out = torch.zeros(xs.shape[0], xs.shape[1], self.H)
        for t in range(xs.shape[0]):
            a, u = words[t].split(self.H, -1), F.linear(h, w[1], w[3]).split(self.H, -1)
            r, z = torch.sigmoid(a[0] + u[0]), torch.sigmoid(a[1] + u[1])
            n = torch.tanh(a[2] + r * u[2])
            h = torch.lerp(n, h, z)
            out[t] = h
        return out, h

    def forward(self, xs, h_0=None):
        if h_0 is None:
            h_0 = torch.zeros(2 * self.L, xs.shape[1], self.H)
        h_n = []
        for layer in range(self.L):
            f, hf = self.one_direction(xs, h_0[2 * layer], self.names[2 * layer])
            b, hb = self.one_direction(xs.flip(0), h_0[2 * layer + 1], self.names[2 * layer + 1])
            xs = torch.cat([f, b.flip(0)], dim=-1)
            h_n += [hf, hb]
        return xs, torch.stack(h_n)


def right_3():
    """Bidirectional GRU of two layers, the backward half by flipping twice."""
    return _DeepBiGRU(5, 6), nn.GRU(5, 6, 2, bidirectional=True)


class _ThreeLSTM(nn.Module):
    def __init__(self, I, H):
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.zeros(4 * H, I))
        self.weight_hh_l0 = nn.Parameter(torch.zeros(4 * H, H))
        self.weight_ih_l1 = nn.Parameter(torch.zeros(4 * H, H))
        self.weight_hh_l1 = nn.Parameter(torch.zeros(4 * H, H))
        self.weight_ih_l2 = nn.Parameter(torch.zeros(4 * H, H))
        self.weight_hh_l2 = nn.Parameter(torch.zeros(4 * H, H))
        self.H = H

    def cell(self, x, h, c, U, V):
        a = torch.cat((x, h), -1) @ torch.cat((U, V), -1).T
        a = a.reshape(-1, 4, self.H)
        i, f, g, o = a[:, 0], a[:, 1], a[:, 2], a[:, 3]
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    def forward(self, xs, hx=None):
        xs = xs.transpose(0, 1)
        if hx is None:
            hx = (xs.new_zeros(3, xs.size(1), self.H),) * 2
        h, c = list(hx[0]), list(hx[1])
        top = []
        for x in xs:
            h[0], c[0] = self.cell(x, h[0], c[0], self.weight_ih_l0, self.weight_hh_l0)
            h[1], c[1] = self.cell(h[0], h[1], c[1], self.weight_ih_l1, self.weight_hh_l1)
            h[2], c[2] = self.cell(h[1], h[2], c[2], self.weight_ih_l2, self.weight_hh_l2)
            top.append(h[2])
        return torch.stack(top, 1), (torch.stack(h), torch.stack(c))


def right_4():
    """LSTM of three layers without biases, batch first, all layers in each step."""
    return _ThreeLSTM(5, 6), nn.LSTM(5, 6, num_layers=3, bias=False, batch_first=True)


class _ReluBiRNN(nn.Module):
    def __init__(self, entrées, cachées, couches=2):
        super().__init__()
        self.couches, self.cachées = couches, cachées
        for k in range(couches):
            largeur = entrées if k == 0 else 2 * cachées
            for sens in ["", "_reverse"]:
                formes = {
                    "weight_ih": (cachées, largeur),
                    "weight_hh": (cachées, cachées),
                    "bias_ih": (cachées,),
                    "bias_hh": (cachées,),
                }
                for nom, forme in formes.items():
                    setattr(self, f"{nom}_l{k}{sens}", nn.Parameter(0.2 * torch.randn(*forme)))

    def forward(self, xs, h_0=None):
        N, T, _ = xs.shape
        if h_0 is None:
            h_0 = torch.zeros(2 * self.couches, N, self.cachées)
        h_n = torch.zeros_like(h_0)
        courant = xs
        for k in range(self.couches):
            moitiés = []
            for d, sens in enumerate(["", "_reverse"]):
                W = torch.hstack(
                    [
                        getattr(self, f"weight_ih_l{k}{sens}"),
                        getattr(self, f"weight_hh_l{k}{sens}"),
                    ]
                )
                b = getattr(self, f"bias_ih_l{k}{sens}") + getattr(self, f"bias_hh_l{k}{sens}")
                h = h_0[2 * k + d]
                sortie = {}
                for t in reversed(range(T)) if d else range(T):
                    h = torch.relu(torch.hstack([courant[:, t], h]) @ W.t() + b)
                    sortie[t] = h
                h_n[2 * k + d] = h
                moitiés.append(torch.stack([sortie[t] for t in range(T)], dim=1))
            courant = torch.cat(moitiés, dim=2)
        return courant, h_n


def right_5():
    """Bidirectional relu RNN of two layers, batch first, French names."""
    torch_rnn = nn.RNN(5, 6, 2, nonlinearity="relu", bidirectional=True, batch_first=True)
    return _ReluBiRNN(5, 6), torch_rnn


class _UnflippedBiRNN(nn.Module):
    def __init__(self, I, H):
        super().__init__()
        for s in ("l0", "l0_reverse"):
            setattr(self, "weight_ih_" + s, nn.Parameter(torch.randn(H, I)))
            setattr(self, "weight_hh_" + s, nn.Parameter(torch.randn(H, H)))
            setattr(self, "bias_ih_" + s, nn.Parameter(torch.randn(H)))
            setattr(self, "bias_hh_" + s, nn.Parameter(torch.randn(H)))

    def run(self, xs, h, s):
        out = []
        for x in xs:
            a = F.linear(x, getattr(self, "weight_ih_" + s), getattr(self, "bias_ih_" + s))
            a = a + F.linear(h, getattr(self, "weight_hh_" + s), getattr(self, "bias_hh_" + s))
            h = torch.tanh(a)
            out.append(h)
        return torch.stack(out), h

    def forward(self, xs, h_0):
        forward, h_f = self.run(xs, h_0[0], "l0")
        backward, h_b = self.run(torch.flip(xs, dims=[0]), h_0[1], "l0_reverse")
        return torch.cat((forward, backward), dim=2), torch.stack((h_f, h_b))


def wrong_1():
    """Bidirectional RNN whose backward outputs are not turned round again."""
    return _UnflippedBiRNN(5, 6), nn.RNN(5, 6, bidirectional=True)


class _SortedStatesGRU(_DeepBiGRU):
    def forward(self, xs, h_0):
        vorwärts, rückwärts = [], []
        for k in range(self.L):
            f, hf = self.one_direction(xs, h_0[2 * k], f"l{k}")
            b, hb = self.one_direction(xs.flip(0), h_0[2 * k + 1], f"l{k}_reverse")
            xs = torch.cat((f, b.flip(0)), dim=2)
            vorwärts.append(hf)
            rückwärts.append(hb)
        return xs, torch.stack(vorwärts + rückwärts)


def wrong_2():
    """Bidirectional GRU of two layers, h_n has all forward states first, then all backward."""
    return _SortedStatesGRU(5, 6), nn.GRU(5, 6, num_layers=2, bidirectional=True)


class _SwappedPairLSTM(nn.Module):
    def __init__(self, I, H, L):
        super().__init__()
        self.L = L
        for k in range(L):
            self.register_parameter(
                f"weight_ih_l{k}", nn.Parameter(torch.randn(4 * H, H if k else I))
            )
            self.register_parameter(f"weight_hh_l{k}", nn.Parameter(torch.randn(4 * H, H)))
            self.register_parameter(f"bias_ih_l{k}", nn.Parameter(torch.randn(4 * H)))
            self.register_parameter(f"bias_hh_l{k}", nn.Parameter(torch.randn(4 * H)))

    def forward(self, xs, hx):
        hs, cs = [], []
        for k in range(self.L):
            U, V, p, q = (
                getattr(self, f"{n}_l{k}") for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            h, c = hx[0][k], hx[1][k]
            out = []
            for x in xs:
                i, f, g, o = (x @ U.T + p + h @ V.T + q).chunk(4, -1)
                c = f.sigmoid() * c + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
                out.append(h)
            xs = torch.stack(out)
            hs.append(h)
            cs.append(c)
        return xs, (torch.stack(cs), torch.stack(hs))


def wrong_3():
    """LSTM of two layers that returns (c_n, h_n)."""
    return _SwappedPairLSTM(5, 6, 2), nn.LSTM(5, 6, num_layers=2)


class _BatchFirstStatesGRU(nn.Module):
    def __init__(self, I, H):
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.randn(3 * H, I))
        self.weight_hh_l0 = nn.Parameter(torch.randn(3 * H, H))
        self.bias_ih_l0 = nn.Parameter(torch.randn(3 * H))
        self.bias_hh_l0 = nn.Parameter(torch.randn(3 * H))

    def forward(self, xs, h_0):
        h = h_0.squeeze(0)
        ys = []
        for t in range(xs.size(1)):
            ar, az, an = F.linear(xs[:, t], self.weight_ih_l0, self.bias_ih_l0).chunk(3, 1)
            ur, uz, un = F.linear(h, self.weight_hh_l0, self.bias_hh_l0).chunk(3, 1)
            r, z = torch.sigmoid(ar + ur), torch.sigmoid(az + uz)
            h = (1 - z) * torch.tanh(an + r * un) + z * h
            ys.append(h)
        return torch.stack(ys, dim=1), h.unsqueeze(1)


def wrong_4():
    """GRU, batch first, and its h_n is batch first as well, (N, 1, H)."""
    return _BatchFirstStatesGRU(5, 6), nn.GRU(5, 6, batch_first=True)


class _BackwardFirstLSTM(_BiLSTM):
    def forward(self, xs, hx):
        T = xs.shape[1]
        (hf, hb), (cf, cb) = hx
        there, hf, cf = self._lesen(xs, hf, cf, "l0", list(range(T)))
        again, hb, cb = self._lesen(xs, hb, cb, "l0_reverse", list(range(T))[::-1])
        return torch.cat((again, there), -1), (torch.stack((hf, hb)), torch.stack((cf, cb)))


def wrong_5():
    """Bidirectional LSTM whose output has the backward half first."""
    return _BackwardFirstLSTM(5, 6), nn.LSTM(5, 6, bidirectional=True, batch_first=True)


class _HandedUpGRU(nn.Module):
    def __init__(self, I, H):
        super().__init__()
        self.H = H
        for k, width in enumerate((I, H)):
            for name, shape in (
                ("weight_ih", (3 * H, width)),
                ("weight_hh", (3 * H, H)),
                ("bias_ih", (3 * H,)),
                ("bias_hh", (3 * H,)),
            ):
                self.register_parameter(f"{name}_l{k}", nn.Parameter(torch.randn(shape)))

    def forward(self, xs, h_0):
        状态 = h_0[0]
        最后 = []
        for 层 in range(2):
            A, B = getattr(self, f"weight_ih_l{层}"), getattr(self, f"weight_hh_l{层}")
            p, q = getattr(self, f"bias_ih_l{层}"), getattr(self, f"bias_hh_l{层}")
            输出 = []
            for 词 in xs:
                a = (词 @ A.T + p).view(-1, 3, self.H)
                u = (状态 @ B.T + q).view(-1, 3, self.H)
                r, z = (a[:, :2] + u[:, :2]).sigmoid().unbind(1)
                n = (a[:, 2] + r * u[:, 2]).tanh()
                状态 = (1 - z) * n + z * 状态
                输出.append(状态)
            xs = torch.stack(输出)
            最后.append(状态)
        return xs, torch.stack(最后)


def wrong_6():
    """GRU of two layers, the second starts from the last state of the first."""
    return _HandedUpGRU(5, 6), nn.GRU(5, 6, num_layers=2)


class _HalfBiasRNN(_PlainRNN):
    def forward(self, xs, h_0):
        first, second = [], []
        h, k = h_0[0], h_0[1]
        for x in xs:
            h = F.relu(
                F.linear(x, self.weight_ih_l0, self.bias_ih_l0)
                + F.linear(h, self.weight_hh_l0, self.bias_hh_l0)
            )
            k = F.relu(
                F.linear(h, self.weight_ih_l1, self.bias_ih_l1) + F.linear(k, self.weight_hh_l1)
            )
            second.append(k)
        return torch.stack(second), torch.stack((h, k))


def wrong_7():
    """RNN of two layers with relu for tanh, and without bias_hh in the second layer."""
    return _HalfBiasRNN(5, 6, 2), nn.RNN(5, 6, 2)


class _OneMindGRU(nn.Module):
    def __init__(self, I, H):
        super().__init__()
        for s in ("l0", "l0_reverse"):
            self.register_parameter("weight_ih_" + s, nn.Parameter(torch.randn(3 * H, I)))
            self.register_parameter("weight_hh_" + s, nn.Parameter(torch.randn(3 * H, H)))
            self.register_parameter("bias_ih_" + s, nn.Parameter(torch.randn(3 * H)))
            self.register_parameter("bias_hh_" + s, nn.Parameter(torch.randn(3 * H)))

    def half(self, xs, h):
        out = []
        for x in xs:
            ar, az, an = F.linear(x, self.weight_ih_l0, self.bias_ih_l0).chunk(3, -1)
            ur, uz, un = F.linear(h, self.weight_hh_l0, self.bias_hh_l0).chunk(3, -1)
            r, z = (ar + ur).sigmoid(), (az + uz).sigmoid()
            n = (an + r * un).tanh()
            h = n + z * (h - n)
            out.append(h)
        return out, h

    def forward(self, xs, h_0):
        there, h1 = self.half(xs, h_0[0])
        back, h2 = self.half(list(xs)[::-1], h_0[0])
        rows = [torch.cat(pair, dim=1) for pair in zip(there, back[::-1])]
        return torch.stack(rows), torch.stack((h1, h2))


def wrong_8():
    """Bidirectional GRU with one set of weights and one first state for both directions."""
    return _OneMindGRU(5, 6), nn.GRU(5, 6, bidirectional=True)


TRUTH = {
    "wrong_1": ["the backward outputs are not flipped back into time order"],
    "wrong_2": ["h_n has all forward states first instead of layer by layer"],
    "wrong_3": ["h_n and c_n are returned in the wrong order"],
    "wrong_4": ["h_n is (N, 1, H) instead of (1, N, H)"],
    "wrong_5": ["the backward half comes first in the output"],
    "wrong_6": ["the second layer starts from the first layer's last state, not from h_0[1]"],
    "wrong_7": ["relu instead of tanh", "bias_hh of the second layer is missing"],
    "wrong_8": [
        "the backward direction uses the forward weights",
        "the backward direction starts from h_0[0] instead of h_0[1]",
    ],
}
