# Shared blocks of transformers. A family chooses among them by constants: see ScriptParts.

# The family's norm over the last axis: x (rows, hidden), weight and bias (hidden), or (rows, hidden) where rows have
# their own.
def normed(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    if self.mean_square:
        return self.root_mean_square(x, weight)
    if weight.dim() == 2 or bias.dim() == 2:
        return torch.add(torch.mul(torch.layer_norm(x, [x.size(-1)], None, None, self.epsilon), weight), bias)
    return torch.layer_norm(x, [x.size(-1)], weight, bias, self.epsilon)

# Root mean square norm over the last axis, in float32, then the weight.
def root_mean_square(self, x: Tensor, weight: Tensor) -> Tensor:
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

# What lies between the two products of the feed-forward. wide (rows, intermediate), or gate, then up (rows, 2 *
# intermediate).
def activated(self, wide: Tensor) -> Tensor:
    if self.gated_forward:
        inner = wide.size(1) // 2
        return torch.mul(torch.silu(torch.narrow(wide, 1, 0, inner)), torch.narrow(wide, 1, inner, inner))
    if self.tanh_forward:
        return self.gelu_tanh(wide)
    return torch.gelu(wide)

# Vectors of tokens (rows) at positions (rows). vectors (rows, hidden): the tokens' rows of the embedding, read only where
# the constant `looked_up` says that the script does not hold it.
def embedded(self, tokens: Tensor, positions: Tensor, vectors: Tensor) -> Tensor:
    x = torch.to(vectors, self.scalar) if self.looked_up else torch.index_select(self.top[0], 0, tokens)
    if self.rotary:
        return x
    return torch.add(x, torch.index_select(self.top[5], 0, positions))

# What to add to scores: minus infinity where `hidden` says so.
def forbidden(self, hidden: Tensor) -> Tensor:
    zeros = torch.zeros(hidden.size(), dtype=self.scalar, device=hidden.device)
    return torch.masked_fill(zeros, hidden, -inf)
