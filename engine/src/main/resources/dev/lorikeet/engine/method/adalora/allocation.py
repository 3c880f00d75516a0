# Which triplets an AdaLoRA adapter keeps, after an optimizer step. index and scales as in adalora.py; constant: variant
# (0 smoothed, 1 the last step's sensitivity, 2 size of lambda, 3 smoothed over doublets). state: smoothed sensitivity and
# uncertainty of every value, then 1 or 0 for each triplet (kept or not), whether the choice stands, steps of the run.

# settings (float64) from the fourth on: whether sensitivities are followed, whether triplets are chosen, how many, whether
# the choice stands.
def stepped(self, values: Tensor, gradients: Tensor, settings: Tensor) -> Tensor:
  s = annotate(List[float], settings.tolist())
  size = values.size(0)
  state = self.state[0]
  means = torch.narrow(state, 0, 0, size)
  spreads = torch.narrow(state, 0, size, size)
  mask = torch.narrow(state, 0, 2 * size, state.size(0) - 2 * size - 2)
  now = torch.abs(torch.mul(values, gradients))
  if s[3] > 0.:
    _0 = torch.add_(torch.mul_(means, self.scales[2]), now, alpha=1. - self.scales[2])
    _1 = torch.add_(torch.mul_(spreads, self.scales[3]), torch.abs(torch.sub(now, means)), alpha=1. - self.scales[3])
  if s[4] > 0.:
    importance = now if self.variant == 1 else torch.mul(means, spreads)
    # A stable order: of equals the first are kept.
    order = torch.argsort(self.triplets(values, importance), stable=True, dim=0, descending=True)
    _2 = torch.zero_(mask)
    _3 = torch.index_fill_(mask, 0, torch.narrow(order, 0, 0, int(s[5])), 1.)
  if s[4] > 0. or s[6] > 0.:
    _4 = self.prune(values, mask)
  _5 = torch.fill_(torch.narrow(state, 0, state.size(0) - 2, 1), s[6])
  _6 = torch.fill_(torch.narrow(state, 0, state.size(0) - 1, 1), s[1])
  return values

# Importance of every triplet, by module.
def triplets(self, values: Tensor, importance: Tensor) -> Tensor:
  count = self.index[self.table]
  total = 0
  b = 0
  for m in range(count):
    total = total + self.index[self.table + 1 + 3 * m]
    b = b + self.index[self.table + 1 + 3 * m] * self.index[self.table + 2 + 3 * m]
  if self.variant == 2:
    return torch.abs(torch.narrow(values, 0, values.size(0) - total, total))
  a = 0
  scores: List[Tensor] = []
  for m in range(count):
    rank = self.index[self.table + 1 + 3 * m]
    inputs = self.index[self.table + 2 + 3 * m]
    outputs = self.index[self.table + 3 + 3 * m]
    rows = torch.mean(torch.narrow(importance, 0, a, rank * inputs).view([rank, inputs]), [1])
    columns = torch.mean(torch.narrow(importance, 0, b, outputs * rank).view([outputs, rank]), [0])
    scores.append(torch.add(rows, columns))
    a = a + rank * inputs
    b = b + outputs * rank
  vectors = torch.cat(scores)
  if self.variant == 3:
    return vectors
  return torch.add(vectors, torch.narrow(importance, 0, values.size(0) - total, total))

# Sets what is not kept to zero: lambda, or a doublet's column of B.
def prune(self, values: Tensor, mask: Tensor) -> int:
  total = mask.size(0)
  if self.variant != 3:
    _0 = torch.mul_(torch.narrow(values, 0, values.size(0) - total, total), mask)
    return 0
  count = self.index[self.table]
  b = 0
  for m in range(count):
    b = b + self.index[self.table + 1 + 3 * m] * self.index[self.table + 2 + 3 * m]
  at = 0
  for m in range(count):
    rank = self.index[self.table + 1 + 3 * m]
    outputs = self.index[self.table + 3 + 3 * m]
    _1 = torch.mul_(torch.narrow(values, 0, b, outputs * rank).view([outputs, rank]), torch.narrow(mask, 0, at, rank))
    at = at + rank
    b = b + outputs * rank
  return 0
