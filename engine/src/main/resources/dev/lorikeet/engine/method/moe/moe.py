# Mixtures of LoRA experts: y = W x + s B (gates(x) * A x). factors: of each module A, B (expert behind expert) and the
# router. index: for each module the part where its own begin, or -1. scales: s, the balance's weight. (MixLoRA, Li et al.
# 2024.)

def projected(self, x: Tensor, residual: Optional[Tensor], weights: List[Tensor], layer: int, group: int
    ) -> List[Tensor]:
  outputs = self.products(x, residual, weights, layer, group)
  first = self.modules * layer + self.first(group)
  for i in range(len(weights)):
    at = self.index[first + i]
    if at >= 0:
      inner = torch.mm(self.dropped(x, layer, group), self.factors[at].t())
      gates = torch.unsqueeze(self.gates(x, self.factors[at + 2]).to(self.scalar), 2)
      own = torch.mul(torch.view(inner, [inner.size(0), self.experts, -1]), gates)
      outputs[i] = torch.addmm(outputs[i], torch.view(own, inner.size()), self.factors[at + 1].t(), alpha=self.scales[0])
  return outputs

# Softmax over the experts in float32, the largest kept and divided by their sum: x (T, in), router (experts, in) ->
# (T, experts). Notes all shares, and which are kept.
def gates(self, x: Tensor, router: Tensor) -> Tensor:
  shares = torch.softmax(torch.mm(x.to(6), router.to(6).t()), 1)
  largest, which = torch.topk(shares, self.kept, 1, True, True)
  none = torch.zeros_like(shares)
  _0 = torch.append(self.notes, shares)
  _1 = torch.append(self.notes, torch.scatter(none, 1, which, torch.ones_like(torch.detach(largest))))
  return torch.scatter(none, 1, which, torch.div(largest, torch.sum(largest, [1], True)))

# The balance's weight times experts times the sum over the experts of (share of the places given to it) * (its mean share
# of the softmax), over real tokens, the mean over the modules: the weight itself where all is even. (Fedus et al. 2022.)
def penalty(self) -> Optional[Tensor]:
  like = self.notes[0]
  rows = len(self.lengths)
  places = torch.unsqueeze(torch.arange(like.size(0) // rows, dtype=4, device=like.device), 0)
  ends = torch.unsqueeze(torch.tensor(self.lengths, dtype=4, device=like.device), 1)
  real = torch.view(torch.lt(places, ends), [-1, 1]).to(6)
  count = torch.sum(real)
  total = torch.zeros([], dtype=6, device=like.device)
  modules = len(self.notes) // 2
  for i in range(modules):
    mean = torch.div(torch.sum(torch.mul(self.notes[2 * i], real), [0]), count)
    given = torch.div(torch.sum(torch.mul(self.notes[2 * i + 1], real), [0]), torch.mul(count, self.kept))
    total = torch.add(total, torch.sum(torch.mul(mean, given)))
  return torch.mul(total, self.scales[1] * float(self.experts) / float(modules))
