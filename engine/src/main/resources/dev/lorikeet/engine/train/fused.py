# The training step of LoRA over a frozen Llama-family base, backward written by hand: no graph, no gradient of the base.
# It computes what training.py and lora.py compute with autograd. Sizes: rows B, row length S, tokens T = B * S, hidden
# size H, heads' size D, labelled positions N.
# Attributes: heads, groups (key/value heads), size (D), epsilon, scalar (the weights' type), block (queries that attend
# at once), longest (row length up to which attention keeps its probabilities), recompute (whether layers are computed
# again for the backward pass rather than kept), weights and biases (see bind).
#
# `kept` is a stack: the forward pass pushes what its backward pass pops in reverse, so that memory falls on the way back.
# index: eleven numbers a layer: the part that holds a group's A (0 q k v, 1 o, 2 gate up, 3 down), then each module's B
# (q k v o gate up down), -1 where nothing is adapted. scales: seven a layer. run (integers): rows and first row of the
# whole micro-batch's tokens that this call's tokens are in (for dropout's masks), seed, lowest adapted layer * 4 + group.

# The base's tensors. weights: embedding, then nine a layer (input norm, q, k, v, o, post-attention norm, gate, up, down),
# final norm, head, rotary frequencies (D / 2). biases: seven a layer (q k v o gate up down), empty where there is none.
def bind(self, weights: List[Tensor], biases: List[Tensor]) -> Tensor:
  self.weights = weights
  self.biases = biases
  return weights[0]

# Cuts a flat vector into matrices. shapes: rows and columns of each.
def parts(self, flat: Tensor, shapes: List[int]) -> List[Tensor]:
  matrices: List[Tensor] = []
  at = 0
  for i in range(len(shapes) // 2):
    length = shapes[2 * i] * shapes[2 * i + 1]
    matrices.append(torch.narrow(flat, 0, at, length).view([shapes[2 * i], shapes[2 * i + 1]]))
    at = at + length
  return matrices

# Root mean square norm over the last axis: x (rows, H) -> the result, and each row's factor (rows, 1) in float32.
def normed(self, x: Tensor, weight: Tensor) -> Tuple[Tensor, Tensor]:
  square = torch.square(torch.linalg_vector_norm(x, 2, [-1], True, dtype=6))
  scale = torch.rsqrt(torch.add_(torch.div_(square, float(x.size(-1))), self.epsilon))
  return (torch.mul_(torch.mul(x, scale).to(self.scalar), weight), scale)

# Its backward: y = s x w with s = (mean(x^2) + epsilon)^-1/2, so dx = s (g w) - x s^3 mean(g w x).
# -> dx + residual, the gradient that goes around the norm.
def normed_back(self, gradient: Tensor, x: Tensor, weight: Tensor, scale: Tensor, residual: Tensor) -> Tensor:
  weighed = torch.mul_(gradient, weight)
  dot = torch.sum(torch.mul(weighed, x), [-1], True, dtype=6)
  pull = torch.mul_(torch.mul(torch.pow(scale, 3), dot), -1. / float(x.size(-1)))
  if self.scalar == 6:
    return torch.addcmul_(torch.addcmul(residual, weighed, scale), x, pull)
  both = torch.add_(torch.mul(weighed, scale), torch.mul(x, pull))
  return torch.add_(both, residual).to(self.scalar)

# Cosines and signed sines of rotary positions, times a factor: (S, 1, D), or (B * groups, S, 1, D) where rows hold several
# documents. starts: see step.
def rotation(self, length: int, factor: float, starts: Tensor) -> Tuple[Tensor, Tensor]:
  frequencies = self.weights[len(self.weights) - 1]
  positions = torch.arange(length, dtype=4, device=frequencies.device)
  if starts.numel() > 0:
    positions = torch.repeat_interleave(torch.sub(positions, starts), self.groups, 0).view([-1])
  angles = torch.outer(positions.to(6), frequencies)
  sines = torch.mul(torch.sin(angles), factor)
  cosines = torch.repeat(torch.mul(torch.cos(angles), factor), [1, 2]).to(self.scalar)
  signed = torch.cat([torch.neg(sines), sines], 1).to(self.scalar)
  if starts.numel() > 0:
    return (cosines.view([-1, length, 1, self.size]), signed.view([-1, length, 1, self.size]))
  return (cosines.unsqueeze(1), signed.unsqueeze(1))

# Rotates the halves of each head against each other: x (any, S, heads, D). Swapping the halves is a roll, its sign is
# in the sines; with the sines negated it is its own transpose.
def rotated(self, x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
  return torch.addcmul_(torch.mul(x, cosines), torch.roll(x, [self.size // 2], [3]), sines)

# (T, groups * share * D) -> (B * groups, S, share, D), so that the query heads of a key head are its rows.
def split(self, x: Tensor, rows: int, share: int) -> Tensor:
  wide = x.view([rows, -1, self.groups, share, self.size]).permute([0, 2, 1, 3, 4])
  return torch.contiguous(wide).view([rows * self.groups, -1, share, self.size])

# And back.
def joined(self, x: Tensor, rows: int) -> Tensor:
  wide = x.view([rows, self.groups, x.size(1), x.size(2), self.size]).permute([0, 2, 1, 3, 4])
  return torch.contiguous(wide).view([rows * x.size(1), -1])

# What to add to the scores of each block of queries, for the keys up to its last: (1, count * share, start + count), or
# (B * groups, ...) where rows hold several documents.
def masks(self, length: int, starts: Tensor) -> List[Tensor]:
  share = self.heads // self.groups
  masks: List[Tensor] = []
  start = 0
  while start < length:
    count = min(self.block, length - start)
    keys = torch.arange(start + count, dtype=4, device=starts.device).view([1, 1, -1])
    queries = torch.arange(start, start + count, dtype=4, device=starts.device).view([1, -1, 1])
    hidden = torch.gt(keys, queries)
    if starts.numel() > 0:
      hidden = torch.logical_or(hidden, torch.lt(keys, torch.narrow(starts, 1, start, count).unsqueeze(2)))
    zeros = torch.zeros(hidden.size(), dtype=self.scalar, device=starts.device)
    mask = torch.repeat_interleave(torch.masked_fill(zeros, hidden, -float("inf")), share, 1)
    if starts.numel() > 0:
      mask = torch.repeat_interleave(mask, self.groups, 0)
    masks.append(mask)
    start = start + count
  return masks

# Probabilities of queries (B * groups, count * share, D), the first of them at position `start`, over the keys up to
# their last position: (B * groups, count * share, start + count).
def probabilities(self, queries: Tensor, keys: Tensor, start: int, masks: List[Tensor]) -> Tensor:
  mask = masks[start // self.block]
  past = torch.narrow(keys, 1, 0, mask.size(2))
  return torch.softmax(torch.baddbmm(mask, queries, past.transpose(1, 2)), -1)

# Causal attention: queries (B * groups, S * share, D), already scaled, keys and values (B * groups, S, D) -> as queries.
# Rows are padded behind, so the causal mask alone keeps padding out of every real token.
def attention(self, queries: Tensor, keys: Tensor, values: Tensor, masks: List[Tensor], keep: bool,
    kept: List[Tensor]) -> Tensor:
  share = self.heads // self.groups
  length = keys.size(1)
  mixed: List[Tensor] = []
  start = 0
  while start < length:
    count = min(self.block, length - start)
    own = torch.narrow(queries, 1, start * share, count * share)
    p = self.probabilities(own, keys, start, masks)
    mixed.append(torch.bmm(p, torch.narrow(values, 1, 0, start + count)))
    if keep and length <= self.longest:
      kept.append(p)
    start = start + count
  if len(mixed) == 1:
    return mixed[0]
  return torch.cat(mixed, 1)

# Its backward: gradient as queries -> gradients of queries, keys and values.
def attention_back(self, gradient: Tensor, queries: Tensor, keys: Tensor, values: Tensor, masks: List[Tensor],
    kept: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
  share = self.heads // self.groups
  length = keys.size(1)
  dq = torch.empty_like(queries)
  dk = torch.zeros_like(keys)
  dv = torch.zeros_like(values)
  start = (length - 1) // self.block * self.block
  while start >= 0:
    count = min(self.block, length - start)
    own = torch.narrow(queries, 1, start * share, count * share)
    if length <= self.longest:
      p = kept.pop()
    else:
      p = self.probabilities(own, keys, start, masks)
    g = torch.narrow(gradient, 1, start * share, count * share)
    past = torch.narrow(keys, 1, 0, start + count)
    _0 = torch.add_(torch.narrow(dv, 1, 0, start + count), torch.bmm(p.transpose(1, 2), g))
    dp = torch.bmm(g, torch.narrow(values, 1, 0, start + count).transpose(1, 2))
    ds = torch._softmax_backward_data(dp, p, -1, self.scalar)
    _1 = torch.copy_(torch.narrow(dq, 1, start * share, count * share), torch.bmm(ds, past))
    _2 = torch.add_(torch.narrow(dk, 1, 0, start + count), torch.bmm(ds.transpose(1, 2), own))
    start = start - self.block
  return (dq, dk, dv)

# Dropout's mask of a group's input, already divided by the kept share: as x, or its rows `positions` alone. It is drawn
# for the whole micro-batch, from a generator of its own, so that it depends on nothing but the seed.
def mask(self, width: int, rate: float, run: List[int], layer: int, group: int, count: int, positions: Tensor) -> Tensor:
  like = self.weights[0]
  generator = torch.Generator(device=like.device, seed=run[2] + 4 * layer + group)
  whole = torch.empty([run[0], width], dtype=self.scalar, device=like.device)
  own = torch.narrow(torch.bernoulli_(whole, 1. - rate, generator=generator), 0, run[1], count)
  if positions.size(0) < count:
    own = torch.index_select(own, 0, positions)
  return torch.mul(own, 1. / (1. - rate))

# The outputs of a group of linear layers: x (rows, in) -> (rows, out) each; with a residual it is added to the first.
# Pushes its input after dropout, dropout's mask if there is one, and the scaled inner products (ranks, rows): products
# of a thin matrix are up to five times as fast with the long side as columns.
def group(self, x: Tensor, residual: Optional[Tensor], factors: List[Tensor], index: List[int], scales: List[float],
    layer: int, group: int, mask: Optional[Tensor], keep: bool, kept: List[Tensor]) -> List[Tensor]:
  first = [0, 3, 4, 6][group]
  outputs: List[Tensor] = []
  for i in range([3, 1, 2, 1][group]):
    at = 7 * layer + first + i
    weight = self.matrix([2, 3, 4, 5, 7, 8, 9][first + i] + 9 * layer)
    bias = self.biases[at]
    if residual is not None:
      start = residual
      if bias.numel() > 0:
        start = torch.add(residual, bias)
      outputs.append(torch.addmm(start, x, weight.t()))
    elif bias.numel() > 0:
      outputs.append(torch.addmm(bias, x, weight.t()))
    else:
      outputs.append(torch.mm(x, weight.t()))
  a = index[11 * layer + group]
  if a >= 0:
    dropped = x
    if mask is not None:
      dropped = torch.mul(x, mask)
    inner = torch.mm(factors[a], dropped.t())
    at = 0
    for i in range(len(outputs)):
      b = index[11 * layer + 4 + first + i]
      if b >= 0:
        rank = factors[b].size(1)
        own = torch.mul_(torch.narrow(inner, 0, at, rank), scales[7 * layer + first + i])
        outputs[i] = torch.addmm_(outputs[i], own.t(), factors[b].t())
        at = at + rank
    if keep:
      kept.append(dropped)
      if mask is not None:
        kept.append(mask)
      kept.append(inner)
  return outputs

# Adds left x right to a float32 sum.
def add_product(self, sum: Tensor, left: Tensor, right: Tensor) -> Tensor:
  if self.scalar == 6:
    return torch.addmm_(sum, left, right)
  return torch.add_(sum, torch.mm(left, right))

# A group's backward: adds the factors' gradients to `slots`. -> the gradient of its input if it goes `through`.
def group_back(self, gradients: List[Tensor], factors: List[Tensor], slots: List[Tensor], index: List[int],
    scales: List[float], layer: int, group: int, dropout: bool, through: bool, kept: List[Tensor]) -> Tensor:
  first = [0, 3, 4, 6][group]
  a = index[11 * layer + group]
  error = gradients[0]  # of the inner products: (ranks, rows)
  mask = gradients[0]
  if a >= 0:
    inner = kept.pop()
    if dropout:
      mask = kept.pop()
    x = kept.pop()
    error = torch.empty_like(inner)
    at = 0
    for i in range(len(gradients)):
      b = index[11 * layer + 4 + first + i]
      if b >= 0:
        rank = factors[b].size(1)
        _0 = self.add_product(slots[b].t(), torch.narrow(inner, 0, at, rank), gradients[i])
        own = torch.mm(factors[b].t(), gradients[i].t(), out=torch.narrow(error, 0, at, rank))
        _1 = torch.mul_(own, scales[7 * layer + first + i])
        at = at + rank
    _2 = self.add_product(slots[a], error, x)
  if not through:
    return error
  dx = torch.mm(gradients[0], self.matrix([2, 3, 4, 5, 7, 8, 9][first] + 9 * layer))
  for i in range(1, len(gradients)):
    dx = torch.addmm_(dx, gradients[i], self.matrix([2, 3, 4, 5, 7, 8, 9][first + i] + 9 * layer))
  if a >= 0:
    if dropout:
      dx = torch.add_(dx, torch.mul_(torch.mm(error.t(), factors[a]), mask))
    else:
      dx = torch.addmm_(dx, error.t(), factors[a])
  return dx

# Cross-entropy of the labelled positions, in chunks so that few logits exist at once; the head is frozen, so the
# gradient is had on the way: it takes the logits' place, a few rows at a time, since their float32 forms stay in the
# cache then. h (N, H), targets (N) -> summed loss (float64), its gradient for h.
def cross_entropy(self, h: Tensor, targets: Tensor) -> Tuple[Tensor, Tensor]:
  head = self.weights[len(self.weights) - 2]
  loss = torch.zeros([], dtype=7, device=h.device)
  gradient = torch.empty_like(h)
  start = 0
  while start < h.size(0):
    size = min(128, h.size(0) - start)
    logits = torch.mm(torch.narrow(h, 0, start, size), head.t())
    at = 0
    while at < size:
      rows = min(16, size - at)
      own = torch.narrow(logits, 0, at, rows)
      target = torch.narrow(targets, 0, start + at, rows).unsqueeze(1)
      errors = torch.softmax(own, 1, 6)
      # The log of the sum by way of the largest, whose probability cannot vanish as that of the target can.
      sums = torch.sub(torch.amax(own, [1], True).to(6), torch.log(torch.amax(errors, [1], True)))
      loss = torch.add(loss, torch.sum(torch.sub(sums, torch.gather(own, 1, target)), dtype=7))
      _0 = torch.scatter_add_(errors, 1, target, torch.full([rows, 1], -1., device=h.device))
      _1 = torch.copy_(own, errors)
      at = at + rows
    _2 = torch.mm(logits, head, out=torch.narrow(gradient, 0, start, size))
    start = start + size
  return (loss, gradient)

# One layer: x (T, H) -> the same, of the last layer (N, H). With `keep`, `kept` gets what the backward pass pops.
# turn: rotations of keys, then of queries; masks: of the attention's blocks.
def layer(self, x: Tensor, factors: List[Tensor], index: List[int], scales: List[float], layer: int, rows: int,
    turn: List[Tensor], masks: List[Tensor], positions: Tensor, rate: float, run: List[int], keep: bool,
    kept: List[Tensor]) -> Tensor:
  w = self.weights
  last = layer == (len(w) - 4) // 9 - 1
  at = 1 + 9 * layer
  tokens = x.size(0)
  length = tokens // rows
  share = self.heads // self.groups
  everywhere = torch.empty([tokens], dtype=4, device=x.device)
  # Nothing is labelled but `positions`: the last layer needs the others' keys and values only.
  chosen = everywhere
  if last:
    chosen = positions
  drops: List[Optional[Tensor]] = []
  for group in range(4):
    drop = annotate(Optional[Tensor], None)
    if rate > 0. and index[11 * layer + group] >= 0:
      width = self.width([2, 5, 7, 9][group] + 9 * layer)
      if group == 0:
        drop = self.mask(width, rate, run, layer, group, tokens, everywhere)
      else:
        drop = self.mask(width, rate, run, layer, group, tokens, chosen)
    drops.append(drop)

  h, scale = self.normed(x, w[at])
  if keep:
    kept.append(x)
    kept.append(scale)
  qkv = self.group(h, None, factors, index, scales, layer, 0, drops[0], keep, kept)
  queries = self.rotated(self.split(qkv[0], rows, share), turn[2], turn[3]).view([-1, length * share, self.size])
  keys = self.rotated(self.split(qkv[1], rows, 1), turn[0], turn[1]).view([-1, length, self.size])
  values = self.split(qkv[2], rows, 1).view([-1, length, self.size])
  mixed = self.attention(queries, keys, values, masks, keep, kept)
  if keep:
    kept.append(queries)
    kept.append(keys)
    kept.append(values)
  mixed = self.joined(mixed.view([-1, length, share, self.size]), rows)
  if last:
    mixed = torch.index_select(mixed, 0, positions)
    x = torch.index_select(x, 0, positions)
  x = self.group(mixed, x, factors, index, scales, layer, 1, drops[1], keep, kept)[0]
  h, scale = self.normed(x, w[at + 5])
  if keep:
    kept.append(x)
    kept.append(scale)
  wide = self.group(h, None, factors, index, scales, layer, 2, drops[2], keep, kept)
  gate = torch.silu(wide[0])
  if keep:
    kept.append(wide[0])
    kept.append(gate)
    kept.append(wide[1])
  return self.group(torch.mul(gate, wide[1]), x, factors, index, scales, layer, 3, drops[3], keep, kept)[0]

# Adds the gradient of the summed loss over some rows of a micro-batch to `sums`.
# values, sums: the flat float32 factors and gradients; shapes (parts, 2), index and scales as above; ids (B, S);
# starts (B, S): where in its row each token's document begins; empty where every row is one document; positions (N):
# labelled positions in (T); targets (N): the tokens that follow them; dropout: one rate; run as above.
# -> the summed loss, float64.
def accumulate(self, values: Tensor, sums: Tensor, shapes: Tensor, index: Tensor, scales: Tensor, ids: Tensor,
    starts: Tensor, positions: Tensor, targets: Tensor, dropout: Tensor, run: Tensor) -> Tensor:
  sizes = annotate(List[int], shapes.tolist())
  return self.step(self.parts(values.to(self.scalar), sizes), self.parts(sums, sizes),
      annotate(List[int], index.tolist()), annotate(List[float], scales.tolist()), ids, starts, positions, targets,
      float(dropout), annotate(List[int], run.tolist()))

def step(self, factors: List[Tensor], slots: List[Tensor], index: List[int], scales: List[float], ids: Tensor,
    starts: Tensor, positions: Tensor, targets: Tensor, rate: float, run: List[int]) -> Tensor:
  w = self.weights
  layers = (len(w) - 4) // 9
  rows = ids.size(0)
  length = ids.size(1)
  tokens = rows * length
  share = self.heads // self.groups
  lowest = run[3]
  cosines, sines = self.rotation(length, 1., starts)
  cosines_q, sines_q = self.rotation(length, float(self.size) ** -0.5, starts)
  turn = [cosines, sines, cosines_q, sines_q]
  masks = self.masks(length, starts)
  kept: List[Tensor] = []
  # Recomputing keeps the layers' inputs alone, and one layer's rest at a time.
  inputs: List[Tensor] = []
  x = torch.index_select(w[0], 0, ids.view([-1]))

  for layer in range(layers):
    keep = 4 * layer + 3 >= lowest
    if keep and self.recompute:
      inputs.append(x)
      keep = False
    x = self.layer(x, factors, index, scales, layer, rows, turn, masks, positions, rate, run, keep, kept)

  n = len(w)
  h, scale = self.normed(x, w[n - 3])
  loss, error = self.cross_entropy(h, targets)
  dx = self.normed_back(error, x, w[n - 3], scale, torch.zeros_like(x))
  dropping = rate > 0.

  for back in range(layers):
    layer = layers - 1 - back
    at = 1 + 9 * layer
    if 4 * layer + 3 >= lowest:
      if self.recompute:
        _0 = self.layer(
            inputs.pop(), factors, index, scales, layer, rows, turn, masks, positions, rate, run, True, kept)
      dh = self.group_back([dx], factors, slots, index, scales, layer, 3, dropping, 4 * layer + 3 > lowest, kept)
      if 4 * layer + 3 > lowest:
        up = kept.pop()
        gate = kept.pop()
        raw = kept.pop()
        d_up = torch.mul(dh, gate)
        d_gate = torch.silu_backward(torch.mul_(dh, up), raw)
        dh = self.group_back([d_gate, d_up], factors, slots, index, scales, layer, 2, dropping, 4 * layer + 2 > lowest,
            kept)
      if 4 * layer + 2 > lowest:
        scale = kept.pop()
        x = kept.pop()
        dx = self.normed_back(dh, x, w[at + 5], scale, dx)
        dh = self.group_back([dx], factors, slots, index, scales, layer, 1, dropping, 4 * layer + 1 > lowest, kept)
      if 4 * layer + 1 > lowest:
        if layer == layers - 1:
          dh = torch.index_copy_(torch.zeros([tokens, dh.size(1)], dtype=self.scalar, device=ids.device), 0, positions, dh)
          dx = torch.index_copy_(torch.zeros([tokens, dx.size(1)], dtype=self.scalar, device=ids.device), 0, positions, dx)
        values = kept.pop()
        keys = kept.pop()
        queries = kept.pop()
        d_mixed = self.split(dh, rows, share).view([-1, length * share, self.size])
        dq, dk, dv = self.attention_back(d_mixed, queries, keys, values, masks, kept)
        dq = self.rotated(dq.view([-1, length, share, self.size]), cosines_q, torch.neg(sines_q))
        dk = self.rotated(dk.view([-1, length, 1, self.size]), cosines, torch.neg(sines))
        parts = [self.joined(dq, rows), self.joined(dk, rows), self.joined(dv.view([-1, length, 1, self.size]), rows)]
        dh = self.group_back(parts, factors, slots, index, scales, layer, 0, dropping, 4 * layer > lowest, kept)
      if 4 * layer > lowest:
        scale = kept.pop()
        x = kept.pop()
        dx = self.normed_back(dh, x, w[at], scale, dx)
  return loss

# Adds one sum of gradients to another.
def add(self, sums: Tensor, more: Tensor) -> Tensor:
  return torch.add_(sums, more)

# Forgets a sum of gradients.
def restart(self, sums: Tensor) -> Tensor:
  return torch.zero_(sums)
