# Shared blocks of decoder-only transformers. Attributes: hidden, heads, groups (key/value heads), size (of a head),
# epsilon, scalar.

# Root mean square norm over the last axis, in float32, then the weight: x (rows, hidden).
def normed(self, x: Tensor, weight: Tensor) -> Tensor:
    if self.scalar == 6:
        scale = torch.rsqrt(torch.add(torch.mean(torch.square(x), [-1], True), self.epsilon))
        return torch.mul(torch.mul(x, scale), weight)
    wide = torch.to(x, 6)
    scale = torch.rsqrt(torch.add(torch.mean(torch.square(wide), [-1], True), self.epsilon))
    return torch.mul(torch.to(torch.mul(wide, scale), self.scalar), weight)

# Cosines and signed sines (rows, 1, size) of rotary positions (rows), for `rotated`.
def rotation(self, positions: Tensor, frequencies: Tensor) -> Tuple[Tensor, Tensor]:
    angles = torch.outer(torch.to(positions, 6), frequencies)
    cosine = torch.cos(angles)
    sine = torch.sin(angles)
    cosines = torch.unsqueeze(torch.cat([cosine, cosine], 1), 1)
    sines = torch.unsqueeze(torch.cat([torch.neg(sine), sine], 1), 1)
    return (torch.to(cosines, self.scalar), torch.to(sines, self.scalar))

# Rotates the halves of each head against each other: x (rows, any heads, size). Swapping the halves is a roll, its
# sign is in the sines.
def rotated(self, x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    return torch.addcmul(torch.mul(x, cosines), torch.roll(x, [self.size // 2], [2]), sines)

# wide (rows, 2 * intermediate): gate, then up.
def gated(self, wide: Tensor) -> Tensor:
    inner = wide.size(1) // 2
    return torch.mul(torch.silu(torch.narrow(wide, 1, 0, inner)), torch.narrow(wide, 1, inner, inner))
