"""Recurrent networks from scratch, proved equal to torch.nn.

Read in this order: ops, cells, unroll, stack, packing, weights, modules; then embedding,
variants, fast. A newcomer needs an hour for the first seven.
"""

from rnn_course.embedding import Embedding
from rnn_course.modules import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNCell

__all__ = ["GRU", "LSTM", "RNN", "Embedding", "GRUCell", "LSTMCell", "RNNCell"]
