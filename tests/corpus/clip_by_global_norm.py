# ruff: noqa
"""Learners' solutions for clip_by_global_norm."""

import math

import torch


def right_1(gradients, max_norm):
    """Adds up number by number, then an if."""
    total = 0.0
    for name in gradients:
        for value in gradients[name].flatten().tolist():
            total = total + value * value
    norm = math.sqrt(total)
    clipped = {}
    if norm > max_norm:
        for name in gradients:
            clipped[name] = gradients[name] * (max_norm / norm)
    else:
        for name in gradients:
            clipped[name] = gradients[name].clone()
    return clipped, norm


def right_2(gradients, max_norm):
    """Really makes one long vector, and takes it apart again."""
    g = torch.cat([d.reshape(-1) for d in gradients.values()])
    norm = torch.linalg.vector_norm(g)
    g = g * min(1.0, max_norm / norm.item())
    parts = g.split([d.numel() for d in gradients.values()])
    return {k: p.view_as(gradients[k]) for k, p in zip(gradients, parts)}, norm


def right_3(gradients, max_norm):
    """The norm of the norms, and a torch.where."""
    norm = torch.stack([v.norm() for v in gradients.values()]).norm()
    f = torch.where(norm > max_norm, max_norm / norm, torch.ones_like(norm))
    return dict((k, f * v) for k, v in gradients.items()), norm


def right_4(gradients, max_norm):
    """Scales copies in place, only where it is needed."""
    clipped = {name: d.detach().clone() for name, d in gradients.items()}
    norm = sum(float(d.pow(2).sum()) for d in clipped.values()) ** 0.5
    if norm > max_norm:
        for d in clipped.values():
            d.mul_(max_norm).div_(norm)
    return clipped, norm


def right_5(gradients, max_norm):
    """einsum into a sum of float32, and divides by whichever is larger."""
    quadrate = torch.zeros(())
    for d in gradients.values():
        v = d.flatten()
        quadrate += torch.einsum("i,i->", v, v)
    norm = torch.sqrt(quadrate)
    larger = torch.maximum(norm, torch.tensor(float(max_norm)))
    return {name: d * max_norm / larger for name, d in gradients.items()}, norm


def wrong_1(gradients, max_norm):
    """Clips every gradient by its own norm."""
    norm = sum((d**2).sum() for d in gradients.values()).sqrt()
    clipped = {}
    for name, d in gradients.items():
        clipped[name] = d * min(1.0, max_norm / d.norm().item())
    return clipped, norm


def wrong_2(gradients, max_norm):
    """Scales to max_norm always, a short gradient too."""
    norm = torch.cat([d.flatten() for d in gradients.values()]).norm()
    return {name: d / norm * max_norm for name, d in gradients.items()}, norm


def wrong_3(gradients, max_norm):
    """Forgets the square root."""
    norm = 0.0
    for g in gradients.values():
        norm += (g**2).sum().item()
    scale = min(1, max_norm / norm)
    return {k: g * scale for k, g in gradients.items()}, norm


def wrong_4(gradients, max_norm):
    """clamp(min=1) for min(1, ...), so the factor is never below 1."""
    norm = torch.sqrt(sum((g * g).sum() for g in gradients.values()))
    factor = (max_norm / norm).clamp(min=1.0)
    return {k: g * factor for k, g in gradients.items()}, norm


def wrong_5(gradients, max_norm):
    """Returns the norm of what is clipped already."""

    def longueur(grads):
        return torch.cat([g.ravel() for g in grads.values()]).norm().item()

    facteur = min(1.0, max_norm / longueur(gradients))
    clipped = {nom: g * facteur for nom, g in gradients.items()}
    return clipped, longueur(clipped)


def wrong_6(gradients, max_norm):
    """Adds the norms of the gradients up."""
    norm = sum(torch.linalg.norm(d) for d in gradients.values())
    factor = torch.clamp(max_norm / norm, max=1)
    return {name: factor * d for name, d in gradients.items()}, norm


def wrong_7(gradients, max_norm):
    """Cuts every entry at max_norm, and the norm is without the root."""
    norm = sum(g.pow(2).sum() for g in gradients.values())
    clipped = {}
    for key, g in gradients.items():
        clipped[key] = g.clamp(-max_norm, max_norm)
    return clipped, norm


def wrong_8(gradients, max_norm):
    """The sum of absolute values as the norm, and it is returned from after the clipping."""
    norm = sum(d.abs().sum() for d in gradients.values())
    if norm > max_norm:
        gradients = {k: d * max_norm / norm for k, d in gradients.items()}
    norm = sum(d.abs().sum() for d in gradients.values())
    return gradients, norm


TRUTH = {
    "wrong_1": ["each gradient is clipped by its own norm"],
    "wrong_2": ["gradients below the bound are scaled up to it too"],
    "wrong_3": ["the norm has no square root"],
    "wrong_4": ["the factor is max(1, max_norm / norm) instead of min"],
    "wrong_5": ["the norm returned is the one after clipping"],
    "wrong_6": ["the norm is the sum of the single gradients' norms"],
    "wrong_7": [
        "every entry is cut at max_norm by itself",
        "the norm has no square root",
    ],
    "wrong_8": [
        "the norm is the sum of absolute values instead of the root of the squares",
        "the norm returned is the one after clipping",
    ],
}
