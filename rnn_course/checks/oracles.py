"""The truth: torch.nn with the weights that a student's function is given."""

import torch

from rnn_course.ops import each

WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def cell_oracle(kind, **settings):
    """torch.nn.RNNCell and its like as a function (x, state, W_ih, W_hh, b_ih, b_hh) -> state."""

    def oracle(x, state, *weights):
        cell = _loaded(kind, WEIGHTS, weights, settings)
        return cell(x, state)

    return oracle


def layer_oracle(kind, **settings):
    """torch.nn.RNN and its like, one layer, one direction, with states (N, H):
    (xs, state, W_ih, W_hh, b_ih, b_hh) -> (output, state)."""

    def oracle(xs, state, *weights):
        layer = _loaded(kind, [f"{name}_l0" for name in WEIGHTS], weights, settings)
        output, last = layer(xs, each(state, lambda s: s.unsqueeze(0)))
        return output, each(last, lambda s: s.squeeze(0))

    return oracle


def _loaded(kind, names, weights, settings):
    W_ih, W_hh = weights[:2]
    module = getattr(torch.nn, kind)(W_ih.shape[1], W_hh.shape[1], **settings, dtype=W_ih.dtype)
    for name, weight in zip(names, weights, strict=True):
        # not load_state_dict: gradients are to reach the weights that came in
        delattr(module, name)
        setattr(module, name, weight)
    return module
