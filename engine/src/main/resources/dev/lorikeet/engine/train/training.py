# One micro-batch of causal language-model training over a frozen Llama-family base: forward, loss on the labelled
# positions only, backward. Sizes: rows B, row length S, tokens T = B * S, hidden size H, head size D.
# Attributes: heads, groups (key/value heads), size (D), epsilon, scalar (the weights' type), longest (row length up to
# which attention materialises its probabilities), weights and biases (see bind).

# The base's tensors. weights: embedding, then nine a layer (input norm, q, k, v, o, post-attention norm, gate, up, down),
# final norm, head, rotary frequencies (D / 2). biases: seven a layer (q k v o gate up down), empty where there is none.
def bind(self, weights: List[Tensor], biases: List[Tensor]) -> Tensor:
  self.weights = weights
  self.biases = biases
  return weights[0]

# Root mean square norm over the last axis, in float32.
def normed(self, x: Tensor, weight: Tensor) -> Tensor:
  square = torch.square(torch.linalg_vector_norm(x, 2, [-1], True, dtype=6))
  scale = torch.rsqrt(torch.add(torch.div(square, float(x.size(-1))), self.epsilon))
  return torch.mul(torch.mul(x, scale).to(self.scalar), weight)

# Cosines and signed sines (S, D) of rotary positions.
def rotation(self, length: int) -> Tuple[Tensor, Tensor]:
  frequencies = self.weights[len(self.weights) - 1]
  angles = torch.outer(torch.arange(length, dtype=6, device=frequencies.device), frequencies)
  sines = torch.sin(angles)
  return (torch.repeat(torch.cos(angles), [1, 2]).to(self.scalar), torch.cat([torch.neg(sines), sines], 1).to(self.scalar))

# Rotates the halves of each head against each other: x (B * heads, S, D). Swapping the halves is a roll, its sign is in
# the sines.
def rotated(self, x: Tensor, turn: Tuple[Tensor, Tensor]) -> Tensor:
  cosines, sines = turn
  return torch.addcmul(torch.mul(x, cosines), torch.roll(x, [self.size // 2], [2]), sines)

# q (T, heads * D), k and v (T, groups * D) -> (T, heads * D). Rows are padded behind, so the causal mask alone keeps
# padding out of every real token.
def attention(self, q: Tensor, k: Tensor, v: Tensor, rows: int, turn: Tuple[Tensor, Tensor]) -> Tensor:
  share = self.heads // self.groups
  length = turn[0].size(0)
  q5 = q.view([rows, length, self.groups, share, self.size]).permute([0, 2, 3, 1, 4])
  queries = self.rotated(q5.contiguous().view([-1, length, self.size]), turn)
  k4 = k.view([rows, length, self.groups, self.size]).permute([0, 2, 1, 3])
  keys = self.rotated(k4.contiguous().view([-1, length, self.size]), turn)
  values = v.view([rows, length, self.groups, self.size]).permute([0, 2, 1, 3]).contiguous()
  if length > self.longest:
    mixed = torch.scaled_dot_product_attention(
        queries.view([rows, self.heads, length, self.size]), keys.view([rows, self.groups, length, self.size]),
        values, None, 0., True, scale=None, enable_gqa=True)
    return mixed.permute([0, 2, 1, 3]).reshape([rows * length, self.heads * self.size])
  future = torch.triu(torch.full([length, length], -float("inf"), dtype=self.scalar, device=q.device), 1)
  mask = torch.repeat(future, [share, 1]).unsqueeze(0)
  scores = torch.baddbmm(
      mask, queries.view([-1, share * length, self.size]), keys.transpose(1, 2), alpha=float(self.size) ** -0.5)
  mixed = torch.bmm(torch.softmax(scores, -1), values.view([-1, length, self.size]))
  return mixed.view([rows, self.groups, share, length, self.size]).permute([0, 3, 1, 2, 4]).reshape(
      [rows * length, self.heads * self.size])

# Hidden states before the final norm: ids (B, S) -> (T, H).
def hidden(self, factors: List[Tensor], index: List[int], scales: List[float], ids: Tensor, rate: float,
    seed: int) -> Tensor:
  rows = ids.size(0)
  length = ids.size(1)
  w = self.weights
  layers = (len(w) - 4) // 9
  turn = self.rotation(length)
  x = torch.index_select(w[0], 0, ids.view([-1]))
  for layer in range(layers):
    at = 1 + 9 * layer
    h = self.normed(x, w[at])
    qkv = self.lora(h, None, [w[at + 1], w[at + 2], w[at + 3]], factors, index, scales, layer, 0, rate, seed)
    mixed = self.attention(qkv[0], qkv[1], qkv[2], rows, turn)
    x = self.lora(mixed, x, [w[at + 4]], factors, index, scales, layer, 1, rate, seed)[0]
    h = self.normed(x, w[at + 5])
    wide = self.lora(h, None, [w[at + 6], w[at + 7]], factors, index, scales, layer, 2, rate, seed)
    x = self.lora(torch.mul(torch.silu(wide[0]), wide[1]), x, [w[at + 8]], factors, index, scales, layer, 3, rate,
        seed)[0]
  return x

# Cross-entropy of the labelled positions, in chunks so that few logits exist at once. The head is frozen, so the
# gradient is had in the forward pass. h (N, H), targets (N) -> summed loss (float64), its gradient for h.
def cross_entropy(self, h: Tensor, targets: Tensor, gradient: bool) -> Tuple[Tensor, Tensor]:
  head = self.weights[len(self.weights) - 2]
  loss = torch.zeros([], dtype=7, device=h.device)
  gradients: List[Tensor] = []
  count = h.size(0)
  start = 0
  while start < count:
    size = min(256, count - start)
    part = torch.narrow(h, 0, start, size)
    target = torch.narrow(targets, 0, start, size).unsqueeze(1)
    logs = torch.log_softmax(torch.mm(part, head.t()), 1, 6)
    loss = torch.sub(loss, torch.sum(torch.gather(logs, 1, target), dtype=7))
    if gradient:
      errors = torch.scatter_add_(torch.exp_(logs), 1, target, torch.full([size, 1], -1., device=h.device))
      gradients.append(torch.mm(errors.to(self.scalar), head))
    start = start + size
  if gradient:
    return (loss, torch.cat(gradients))
  return (loss, h)

# Adds the gradient of one micro-batch's summed loss to `sums`.
# values, sums: the flat float32 factors and gradients; shapes (parts, 2), index and scales as the method's script says;
# ids (B, S); positions (N): labelled positions in (T); targets (N): the tokens that follow them;
# dropout: one rate; seed: one number. -> the summed loss, float64.
def accumulate(self, values: Tensor, sums: Tensor, shapes: Tensor, index: Tensor, scales: Tensor, ids: Tensor,
    positions: Tensor, targets: Tensor, dropout: Tensor, seed: Tensor) -> Tensor:
  leaf = torch.requires_grad_(torch.detach(values))
  factors = self.parts(leaf, annotate(List[int], shapes.tolist()))
  x = self.hidden(factors, annotate(List[int], index.tolist()), annotate(List[float], scales.tolist()), ids,
      float(dropout), int(seed))
  n = len(self.weights)
  h = self.normed(torch.index_select(x, 0, positions), self.weights[n - 3])
  loss, error = self.cross_entropy(torch.detach(h), targets, True)
  gradient = torch.grad([h], [leaf], annotate(List[Optional[Tensor]], [error]))[0]
  if gradient is not None:
    _0 = torch.add_(sums, gradient)
  return loss

# The same without gradient and dropout. -> the summed loss, float64.
def score(self, values: Tensor, shapes: Tensor, index: Tensor, scales: Tensor, ids: Tensor, positions: Tensor,
    targets: Tensor) -> Tensor:
  factors = self.parts(values, annotate(List[int], shapes.tolist()))
  x = self.hidden(factors, annotate(List[int], index.tolist()), annotate(List[float], scales.tolist()), ids, 0., 0)
  n = len(self.weights)
  h = self.normed(torch.index_select(x, 0, positions), self.weights[n - 3])
  return self.cross_entropy(h, targets, False)[0]

# Logits of every position of one text, without dropout: ids (1, S) -> (S, vocabulary), float32.
def logits(self, values: Tensor, shapes: Tensor, index: Tensor, scales: Tensor, ids: Tensor) -> Tensor:
  factors = self.parts(values, annotate(List[int], shapes.tolist()))
  x = self.hidden(factors, annotate(List[int], index.tolist()), annotate(List[float], scales.tolist()), ids, 0., 0)
  n = len(self.weights)
  return torch.mm(self.normed(x, self.weights[n - 3]), self.weights[n - 2].t()).to(6)
