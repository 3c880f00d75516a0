# LoRA on linear layers: y = W x + s B A x, with dropout on x before A. (Hu et al. 2021.)
# The A of a group's adapted modules are one matrix, stacked by rows, and share one dropout mask.
# index: for each layer the part that holds each group's A (four), then each module's B, -1 where nothing is adapted.
# scales: one a module.

def projected(self, x: Tensor, residual: Optional[Tensor], weights: List[Tensor], layer: int, group: int
    ) -> List[Tensor]:
  outputs = self.products(x, residual, weights, layer, group)
  a = self.index[(4 + self.modules) * layer + group]
  if a >= 0:
    inner = torch.mm(self.dropped(x, layer, group), self.factors[a].t())
    first = self.first(group)
    at = 0
    for i in range(len(weights)):
      b = self.index[(4 + self.modules) * layer + 4 + first + i]
      if b >= 0:
        rank = self.factors[b].size(1)
        own = torch.narrow(inner, 1, at, rank)
        outputs[i] = torch.addmm_(outputs[i], own, self.factors[b].t(), alpha=self.scales[self.modules * layer + first + i])
        at = at + rank
  return outputs
