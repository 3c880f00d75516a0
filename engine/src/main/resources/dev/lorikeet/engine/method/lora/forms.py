# LoRA with more than the factors of the blocks' linear layers: factors of the token embedding and of the head, magnitudes
# (DoRA, Liu et al. 2024), biases of B, tensors in the place of the base's, rows of some tokens. index and scales begin as lora.py's; behind them stand, in index, the parts of the
# head's A and B and of the embedding's, then each module's magnitude (the head's last), then each one's bias; in scales
# the head's and the embedding's. -1 where there is none. Then, of each of `own_tensors` tensors in the place of the base's,
# its part, the list that it stands in (0 weights, 1 biases, 2 details, 3 weights, but stored transposed) and its place
# there; then the part of the tokens' rows, and their ids.
# state: the factors A0 and B0 that a run began with, in the order of `factors`, where their product is not zero; empty
# else. The base's weight is then taken as W - s B0 A0.

def behind(self, at: int) -> int:
  return self.index[(4 + self.modules) * self.layers() + at]

def embedded(self, ids: Tensor) -> Tensor:
  _0 = self.recall()
  _1 = self.bring()
  flat = torch.view(ids, [-1])
  x = torch.index_select(self.weights[0], 0, flat)
  a = self.behind(2)
  if a >= 0:
    inner = torch.index_select(self.factors[a], 1, flat)
    x = torch.addmm(x, inner.t(), self.factors[self.behind(3)].t(), alpha=self.scales[self.modules * self.layers() + 1])
  if self.rows() >= 0:
    x = self.with_rows(x, flat, self.tokens(), self.factors[self.rows()])
  return x

# Puts trained tensors in the place of the base's, before anything reads them.
def bring(self) -> int:
  first = 4 + 2 * (self.modules * self.layers() + 1)
  for i in range(self.own_tensors):
    own = self.factors[self.behind(first + 3 * i)]
    holder = self.behind(first + 3 * i + 1)
    at = self.behind(first + 3 * i + 2)
    if holder == 0:
      self.weights[at] = own.view([-1]) if own.size(0) == 1 else own
    elif holder == 1:
      self.biases[at] = own.view([-1])
    elif holder == 2:
      self.details[at] = own.view([-1])
    else:
      self.weights[at] = own.t()
  return self.own_tensors

def last(self) -> int:
  return 4 + 2 * (self.modules * self.layers() + 1) + 3 * self.own_tensors

# The part that holds the rows of trainable tokens.
def rows(self) -> int:
  return self.behind(self.last())

def tokens(self) -> List[int]:
  first = (4 + self.modules) * self.layers() + self.last() + 1
  return self.index[first:len(self.index)]

# Cuts the state into the matrices that the first parts of `factors` began as: notes.
def recall(self) -> int:
  start = self.state[0]
  at = 0
  part = 0
  while at < start.numel():
    like = self.factors[part]
    own = torch.narrow(start, 0, at, like.numel()).to(self.scalar)
    _0 = torch.append(self.notes, torch.view(own, [like.size(0), like.size(1)]))
    at = at + like.numel()
    part = part + 1
  return part

def projected(self, x: Tensor, residual: Optional[Tensor], weights: List[Tensor], layer: int, group: int
    ) -> List[Tensor]:
  outputs = self.products(x, residual, weights, layer, group)
  a = self.index[(4 + self.modules) * layer + group]
  if a >= 0:
    dropped = self.dropped(x, layer, group)
    first = self.first(group)
    at = 0
    for i in range(len(weights)):
      b = self.index[(4 + self.modules) * layer + 4 + first + i]
      if b >= 0:
        rank = self.factors[b].size(1)
        own = torch.narrow(self.factors[a], 0, at, rank)
        outputs[i] = self.adapted(
            outputs[i], dropped, weights[i], own, self.factors[b], self.modules * layer + first + i)
        if len(self.notes) > 0:
          outputs[i] = self.less(
              outputs[i], x, torch.narrow(self.notes[a], 0, at, rank), self.notes[b], self.modules * layer + first + i)
        at = at + rank
  return outputs

def scores(self, h: Tensor) -> Tensor:
  head = self.weights[len(self.weights) - 2]
  y = torch.mm(h, head.t())
  if self.behind(0) >= 0:
    x = self.dropped(h, self.layers(), 0)
    at = self.modules * self.layers()
    y = self.adapted(y, x, head, self.factors[self.behind(0)], self.factors[self.behind(1)], at)
    if len(self.notes) > 0:
      y = self.less(y, h, self.notes[self.behind(0)], self.notes[self.behind(1)], at)
  if self.tied_rows:
    y = self.with_columns(y, h, self.tokens(), self.factors[self.rows()])
  return y

# y (T, out) less the update that a module began with: x (T, in) without dropout, which the base does not know.
def less(self, y: Tensor, x: Tensor, a: Tensor, b: Tensor, at: int) -> Tensor:
  return torch.addmm(y, torch.mm(x, a.t()), b.t(), alpha=-self.scales[at])

# What the base gives, y (T, out), with the update of the module at a place: x (T, in) after dropout, weight (out, in),
# a (rank, in), b (out, rank).
def adapted(self, y: Tensor, x: Tensor, weight: Tensor, a: Tensor, b: Tensor, at: int) -> Tensor:
  scale = self.scales[at]
  update = torch.mul(torch.mm(torch.mm(x, a.t()), b.t()), scale)
  magnitude = self.behind(4 + at)
  if magnitude >= 0:
    strength = torch.div(self.factors[magnitude].view([-1]).to(6), self.norms(weight, a, b, scale))
    # y has the product with the weight once, and the bias, which stays outside. Dropout is on both products, as in PEFT.
    more = torch.mul(torch.sub(strength, 1.).to(self.scalar), torch.mm(x, weight.t()))
    return torch.add(y, torch.add(more, torch.mul(strength.to(self.scalar), update)))
  bias = self.behind(5 + self.modules * self.layers() + at)
  if bias >= 0:
    update = torch.add(update, torch.mul(self.factors[bias].view([-1]), scale))
  return torch.add(y, update)

# The length of each row of W + s B A in float32, a constant to the backward pass: (out).
def norms(self, weight: Tensor, a: Tensor, b: Tensor, scale: float) -> Tensor:
  sum = torch.addmm(weight.to(6), torch.detach(b).to(6), torch.detach(a).to(6), alpha=scale)
  return torch.linalg_vector_norm(sum, 2, [1])
