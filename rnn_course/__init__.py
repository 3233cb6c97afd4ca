"""Recurrent networks from scratch, proved equal to torch.nn."""
