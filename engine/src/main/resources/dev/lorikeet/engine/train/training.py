# One micro-batch of causal language-model training over a frozen base: forward, loss on the labelled positions only,
# backward. Sizes: rows B, row length S, tokens T = B * S, hidden size H, head size D.
# Attributes: those of a family (ScriptParts.family), scalar (the weights' type), longest (row length up to which attention
# materialises its probabilities), recompute (whether layers are computed again for the backward pass rather than kept),
# own_head, before (see plain.py), weights, biases and details (see bind).

# The base's tensors. weights: embedding, then for each layer its attention's norm, the modules of groups 0 and 1, its
# feed-forward's norm, the modules of groups 2 and 3 (Llama: q k v, o, gate up, down); final norm, head, rotary frequencies
# (D / 2). biases: one a module, empty where there is none. details, empty where the family has none: table of positions,
# bias of the final norm, then for each layer the biases of its two norms, the weights of its query and key heads' norms;
# of an encoder the table of token kinds last.
def bind(self, weights: List[Tensor], biases: List[Tensor], details: List[Tensor], index: Tensor, scales: Tensor,
    state: Tensor) -> Tensor:
  self.weights = weights
  self.biases = biases
  self.details = details
  self.index = annotate(List[int], index.tolist())
  self.scales = annotate(List[float], scales.tolist())
  self.state = [state]
  self.factors = annotate(List[Tensor], [])
  self.notes = annotate(List[Tensor], [])
  self.pictures = annotate(List[Tensor], [])
  self.lengths = annotate(List[int], [])
  self.rate = [0.]
  self.seed = [0]
  return state

# Shows the next pass its rows' pictures: (B, patches, values of a patch).
def look(self, pictures: Tensor) -> Tensor:
  self.pictures = [pictures]
  return pictures

# Begins a pass over a micro-batch. starts (B, S): where in its row each token's document begins; empty where every row
# is one document.
def begin(self, factors: List[Tensor], lengths: Tensor, starts: Tensor, rate: float, seed: int) -> int:
  self.starts = [starts]
  self.factors = factors
  self.lengths = annotate(List[int], lengths.tolist())
  self.rate = [rate]
  self.seed = [seed]
  self.notes = annotate(List[Tensor], [])
  return 0

# Lets go of what a pass holds.
def end(self) -> int:
  self.factors = annotate(List[Tensor], [])
  self.notes = annotate(List[Tensor], [])
  self.pictures = annotate(List[Tensor], [])
  return 0

# Cuts the flat vector into its matrices. shapes: rows and columns of each.
def parts(self, flat: Tensor, shapes: Tensor) -> List[Tensor]:
  s = annotate(List[int], shapes.tolist())
  sizes: List[int] = []
  for i in range(len(s) // 2):
    sizes.append(s[2 * i] * s[2 * i + 1])
  # One split: its backward is one concatenation.
  pieces = torch.split_with_sizes(flat.to(self.scalar), sizes)
  matrices: List[Tensor] = []
  for i in range(len(pieces)):
    matrices.append(pieces[i].view([s[2 * i], s[2 * i + 1]]))
  return matrices

# Where a group's modules begin among those of a layer.
def first(self, group: int) -> int:
  counts = [self.modules_0, self.modules_1, self.modules_2, self.modules_3]
  first = 0
  for i in range(group):
    first = first + counts[i]
  return first

# The family's norm over the last axis.
def normed(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  if self.mean_square:
    return self.root_mean_square(x, weight)
  return torch.layer_norm(x, [x.size(-1)], weight, bias, self.epsilon)

# Root mean square norm over the last axis, in float32.
def root_mean_square(self, x: Tensor, weight: Tensor) -> Tensor:
  square = torch.square(torch.linalg_vector_norm(x, 2, [-1], True, dtype=6))
  scale = torch.rsqrt(torch.add(torch.div(square, float(x.size(-1))), self.epsilon))
  return torch.mul(torch.mul(x, scale).to(self.scalar), weight)

# A group's outputs without any method.
def products(self, x: Tensor, residual: Optional[Tensor], weights: List[Tensor], layer: int, group: int
    ) -> List[Tensor]:
  first = self.modules * layer + self.first(group)
  outputs: List[Tensor] = []
  for i in range(len(weights)):
    bias = self.biases[first + i]
    if residual is not None:
      start = residual
      if bias.numel() > 0:
        start = torch.add(residual, bias)
      outputs.append(torch.addmm(start, x, weights[i].t()))
    elif bias.numel() > 0:
      outputs.append(torch.addmm(bias, x, weights[i].t()))
    else:
      outputs.append(torch.mm(x, weights[i].t()))
  return outputs

# x with some elements zeroed and the others scaled up. The generator is its own, so that a mask depends on nothing but
# the micro-batch's seed and the place: `layer` and `group`.
def dropped(self, x: Tensor, layer: int, group: int) -> Tensor:
  rate = self.rate[0]
  if rate == 0.:
    return x
  generator = torch.Generator(device=x.device, seed=self.seed[0] + 4 * layer + group)
  kept = torch.bernoulli_(torch.empty_like(x), 1. - rate, generator=generator)
  return torch.mul(x, torch.mul_(kept, 1. / (1. - rate)))

# Whether rows hold several documents.
def shared(self) -> bool:
  return self.starts[0].numel() > 0

# Positions of tokens in their documents: (B, S).
def places(self) -> Tensor:
  starts = self.starts[0]
  return torch.sub(torch.arange(starts.size(1), dtype=4, device=starts.device), starts)

# Cosines and signed sines of rotary positions: (S, D), or (B, S, D) where rows hold several documents.
def rotation(self, length: int) -> Tuple[Tensor, Tensor]:
  frequencies = self.weights[len(self.weights) - 1]
  positions = torch.arange(self.before, self.before + length, dtype=6, device=frequencies.device)
  if self.shared():
    positions = self.places().view([-1]).to(6)
  angles = torch.outer(positions, frequencies)
  sines = torch.sin(angles)
  cosines = torch.repeat(torch.cos(angles), [1, 2]).to(self.scalar)
  signed = torch.cat([torch.neg(sines), sines], 1).to(self.scalar)
  if self.shared():
    return (cosines.view([-1, length, cosines.size(1)]), signed.view([-1, length, signed.size(1)]))
  return (cosines, signed)

# The rotation of a row for each of its heads.
def of_heads(self, turn: Tuple[Tensor, Tensor], heads: int) -> Tuple[Tensor, Tensor]:
  if self.shared():
    return (torch.repeat_interleave(turn[0], heads, 0), torch.repeat_interleave(turn[1], heads, 0))
  return turn

# Rotates the halves of each head against each other: x (B * heads, S, D). Swapping the halves is a roll, its sign is in
# the sines.
def rotated(self, x: Tensor, turn: Tuple[Tensor, Tensor]) -> Tensor:
  cosines, sines = turn
  return torch.addcmul(torch.mul(x, cosines), torch.roll(x, [self.size // 2], [2]), sines)

# q (T, heads * D), k and v (T, groups * D) -> (T, heads * D). Rows are padded behind, so the causal mask alone keeps
# padding out of every real token.
def attention(self, q: Tensor, k: Tensor, v: Tensor, rows: int, turn: Tuple[Tensor, Tensor], layer: int) -> Tensor:
  share = self.heads // self.groups
  length = turn[0].size(-2)
  q5 = q.view([rows, length, self.groups, share, self.size]).permute([0, 2, 3, 1, 4])
  queries = q5.contiguous().view([-1, length, self.size])
  k4 = k.view([rows, length, self.groups, self.size]).permute([0, 2, 1, 3])
  keys = k4.contiguous().view([-1, length, self.size])
  if self.head_norms:
    queries = self.root_mean_square(queries, self.details[4 + 4 * layer])
    keys = self.root_mean_square(keys, self.details[5 + 4 * layer])
  if self.rotary:
    queries = self.rotated(queries, self.of_heads(turn, self.heads))
    keys = self.rotated(keys, self.of_heads(turn, self.groups))
  values = v.view([rows, length, self.groups, self.size]).permute([0, 2, 1, 3]).contiguous()
  if self.before == 0 and length > self.longest:
    masked = self.shared() or (self.window > 0 and layer >= self.window_from) or self.together() > 0
    mixed = torch.scaled_dot_product_attention(
        queries.view([rows, self.heads, length, self.size]), keys.view([rows, self.groups, length, self.size]),
        values, self.unseen(length, layer, q).unsqueeze(1) if masked else None, 0., not masked, scale=None,
        enable_gqa=True)
    return mixed.permute([0, 2, 1, 3]).reshape([rows * length, self.heads * self.size])
  values = values.view([-1, length, self.size])
  if self.before > 0:
    early = self.earlier(layer)
    keys = torch.cat([torch.repeat(early[0], [rows, 1, 1]), keys], 1)
    values = torch.cat([torch.repeat(early[1], [rows, 1, 1]), values], 1)
  mask = torch.repeat(self.unseen(length, layer, q), [1, share, 1])
  if self.shared():
    mask = torch.repeat_interleave(mask, self.groups, 0)
  scores = torch.baddbmm(
      mask, queries.view([-1, share * length, self.size]), keys.transpose(1, 2), alpha=float(self.size) ** -0.5)
  mixed = torch.bmm(torch.softmax(scores, -1), values)
  return mixed.view([rows, self.groups, share, length, self.size]).permute([0, 3, 1, 2, 4]).reshape(
      [rows * length, self.heads * self.size])

# What to add to the scores of a layer: minus infinity for positions behind a token's, and for those further back than its
# window or before its document: (1, S, before + S), or (B, S, S) where rows hold several documents.
def unseen(self, length: int, layer: int, like: Tensor) -> Tensor:
  all = torch.full([length, self.before + length], -float("inf"), dtype=self.scalar, device=like.device)
  hidden = torch.triu(all, 1 + self.before)
  if self.window > 0 and layer >= self.window_from:
    hidden = torch.add(hidden, torch.tril(all, self.before - self.window))
  if self.together() > 0:
    _0 = torch.zero_(torch.narrow(torch.narrow(hidden, 0, 0, self.together()), 1, self.before, self.together()))
  hidden = hidden.unsqueeze(0)
  if self.shared():
    keys = torch.arange(length, dtype=4, device=like.device).view([1, 1, -1])
    return torch.masked_fill(hidden, torch.lt(keys, self.starts[0].unsqueeze(2)), -float("inf"))
  return hidden

# What enters the first layer, positions included: ids (B, S) -> (B * S', H).
def entering(self, ids: Tensor) -> Tensor:
  x = self.embedded(ids)
  if self.rotary:
    return x
  length = x.size(0) // ids.size(0)
  if self.shared():
    return torch.add(x, torch.index_select(self.details[0], 0, self.places().view([-1])))
  places = torch.narrow(self.details[0], 0, self.before, length)
  return torch.add(x.view([-1, length, x.size(1)]), places).view([-1, x.size(1)])

# One layer: x (T, H) -> (T, H).
def block(self, x: Tensor, layer: int, rows: int, turn: Tuple[Tensor, Tensor]) -> Tensor:
  w = self.weights
  at = 1 + (2 + self.modules) * layer
  h = self.normed(x, w[at], self.details[2 + 4 * layer])
  at = at + 1
  qkv = self.projected(h, None, self.matrices(at, self.modules_0), layer, 0)
  if self.modules_0 == 1:
    qkv = torch.split_with_sizes(
        qkv[0], [self.heads * self.size, self.groups * self.size, self.groups * self.size], 1)
  mixed = self.attention(qkv[0], qkv[1], qkv[2], rows, turn, layer)
  at = at + self.modules_0
  x = self.joined(mixed, x, self.matrix(at), layer, 1)
  h = self.normed(x, w[at + 1], self.details[3 + 4 * layer])
  at = at + 2
  wide = self.projected(h, None, self.matrices(at, self.modules_2), layer, 2)
  inner = torch.mul(torch.silu(wide[0]), wide[1]) if self.gated_forward else self.gelu_tanh(wide[0])
  return self.joined(inner, x, self.matrix(at + self.modules_2), layer, 3)

def layers(self) -> int:
  return (len(self.weights) - 4) // (2 + self.modules)

# Hidden states of the positions asked for, normed: ids (B, S), positions (N) in B * S -> (N, H).
def hidden(self, ids: Tensor, positions: Tensor) -> Tensor:
  x = self.entering(ids)
  turn = self.rotation(x.size(0) // ids.size(0))
  for layer in range(self.layers()):
    x = self.block(x, layer, ids.size(0), turn)
  return self.picked(x, ids, positions)

# The final norm's output at positions of ids (B, S), from x (B * S', H) with S' - S virtual tokens in front of each row.
def picked(self, x: Tensor, ids: Tensor, positions: Tensor) -> Tensor:
  length = ids.size(1)
  front = x.size(0) // ids.size(0) - length
  places = positions
  if front > 0:
    row = torch.floor_divide(positions, length)
    places = torch.add(positions, torch.mul(torch.add(row, 1), front))
  return self.normed(torch.index_select(x, 0, places), self.weights[len(self.weights) - 3], self.details[1])

# Cross-entropy of the labelled positions with a frozen head, in chunks so that few logits exist at once; the gradient is
# had in the forward pass. h (N, H), targets (N) -> summed loss (float64), its gradient for h.
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

# The same with the method's own head, differentiable.
def own_cross_entropy(self, h: Tensor, targets: Tensor) -> Tensor:
  logs = torch.log_softmax(self.scores(h), 1, 6)
  return torch.neg(torch.sum(torch.gather(logs, 1, targets.unsqueeze(1)), dtype=7))

# Lets the method change its own of the values after a step (plain.py): the last `beside` of them are others'.
def after_step(self, values: Tensor, gradients: Tensor, settings: Tensor) -> Tensor:
  own = values.size(0) - self.beside
  return self.stepped(torch.narrow(values, 0, 0, own), torch.narrow(gradients, 0, 0, own), settings)

# Adds the gradient of one micro-batch's summed loss (a penalty counts once a label) to `sums`.
# values, sums: the flat float32 trained values and gradients; shapes (parts, 2); ids (B, S); lengths (B): real tokens;
# starts: see begin; positions (N): labelled positions in B * S; targets (N): the tokens that follow them; dropout: one
# rate; seed: one number. -> the summed loss, float64.
def accumulate(self, values: Tensor, sums: Tensor, shapes: Tensor, ids: Tensor, lengths: Tensor, starts: Tensor,
    positions: Tensor, targets: Tensor, dropout: Tensor, seed: Tensor) -> Tensor:
  leaf = torch.requires_grad_(torch.detach(values))
  _0 = self.begin(self.parts(leaf, shapes), lengths, starts, float(dropout), int(seed))
  loss = torch.zeros([], dtype=7, device=ids.device)
  if self.recompute:
    loss = self.recomputed(leaf, sums, ids, positions, targets)
  else:
    h = self.hidden(ids, positions)
    outputs: List[Tensor] = []
    errors: List[Optional[Tensor]] = []
    if self.own_head:
      own = self.own_cross_entropy(h, targets)
      loss = torch.detach(own)
      outputs.append(own)
      errors.append(torch.ones_like(own))
    else:
      frozen = self.cross_entropy(torch.detach(h), targets, True)
      loss = frozen[0]
      outputs.append(h)
      errors.append(frozen[1])
    extra = self.penalty()
    if extra is not None:
      outputs.append(extra)
      errors.append(torch.full_like(extra, float(targets.size(0))))
      loss = torch.add(loss, torch.mul(torch.detach(extra), float(targets.size(0))))
    _1 = self.add_gradient(sums, torch.grad(outputs, [leaf], errors, allow_unused=True)[0])
  _2 = self.end()
  return loss

def add_gradient(self, sums: Tensor, gradient: Optional[Tensor]) -> int:
  if gradient is not None:
    _0 = torch.add_(sums, gradient)
  return 0

# The same sum with the layers computed again one by one in the backward pass: only their inputs are kept.
# (Chen et al. 2016.) Not for methods with a penalty.
def recomputed(self, leaf: Tensor, sums: Tensor, ids: Tensor, positions: Tensor, targets: Tensor) -> Tensor:
  rows = ids.size(0)
  inputs: List[Tensor] = [self.entering(ids)]
  turn = self.rotation(inputs[0].size(0) // rows)
  for layer in range(self.layers()):
    inputs.append(torch.detach(self.block(torch.detach(inputs[layer]), layer, rows, turn)))
  last = torch.requires_grad_(torch.detach(inputs[self.layers()]))
  h = self.picked(last, ids, positions)
  loss = torch.zeros([], dtype=7, device=ids.device)
  error: Optional[Tensor] = None
  if self.own_head:
    own = self.own_cross_entropy(h, targets)
    loss = torch.detach(own)
    pair = torch.grad([own], [last, leaf], annotate(List[Optional[Tensor]], [torch.ones_like(own)]), allow_unused=True)
    error = pair[0]
    _0 = self.add_gradient(sums, pair[1])
  else:
    frozen = self.cross_entropy(torch.detach(h), targets, True)
    loss = frozen[0]
    pair = torch.grad([h], [last, leaf], annotate(List[Optional[Tensor]], [frozen[1]]), allow_unused=True)
    error = pair[0]
    _0 = self.add_gradient(sums, pair[1])
  for i in range(self.layers()):
    layer = self.layers() - 1 - i
    start = torch.requires_grad_(torch.detach(inputs[layer]))
    out = self.block(start, layer, rows, turn)
    if error is not None and out.requires_grad:
      pair = torch.grad([out], [start, leaf], annotate(List[Optional[Tensor]], [error]), allow_unused=True)
      error = pair[0]
      _1 = self.add_gradient(sums, pair[1])
  if error is not None and inputs[0].requires_grad:
    _2 = self.add_gradient(sums,
        torch.grad([inputs[0]], [leaf], annotate(List[Optional[Tensor]], [error]), allow_unused=True)[0])
  return loss

# The same without gradient, penalty and dropout. -> the summed loss, float64.
def score(self, values: Tensor, shapes: Tensor, ids: Tensor, lengths: Tensor, starts: Tensor, positions: Tensor,
    targets: Tensor) -> Tensor:
  _0 = self.begin(self.parts(values, shapes), lengths, starts, 0., 0)
  h = self.hidden(ids, positions)
  loss = torch.zeros([], dtype=7, device=ids.device)
  if self.own_head:
    loss = self.own_cross_entropy(h, targets)
  else:
    loss = self.cross_entropy(h, targets, False)[0]
  _1 = self.end()
  return loss

# Logits of every position of one text, without dropout: ids (1, S) -> (S, vocabulary), float32.
def logits(self, values: Tensor, shapes: Tensor, ids: Tensor, lengths: Tensor) -> Tensor:
  _0 = self.begin(self.parts(values, shapes), lengths, torch.empty([0], dtype=4, device=ids.device), 0., 0)
  h = self.hidden(ids, torch.arange(ids.size(1), dtype=4, device=ids.device))
  scores = h
  if self.own_head:
    scores = self.scores(h)
  else:
    scores = torch.mm(h, self.weights[len(self.weights) - 2].t())
  _1 = self.end()
  return scores.to(6)
