# AdaLoRA on linear layers: y = W x + s P diag(lambda) Q x, with dropout on x before Q. (Zhang et al. 2023.)
# index: for each layer and module its number or -1 (`table` of them), the count n of numbered modules, then rank, inputs
# and outputs of each. Part m holds Q of module m, n + m its P, 2 n + m its lambda.
# scales: scaling, weight of the orthogonality term, beta 1, beta 2. Constants: doublets (lambda is 1), squared (form of the
# orthogonality term).

def projected(self, x: Tensor, residual: Optional[Tensor], weights: List[Tensor], layer: int, group: int
    ) -> List[Tensor]:
  outputs = self.products(x, residual, weights, layer, group)
  first = self.modules * layer + self.first(group)
  count = self.index[self.table]
  adapted = False
  for i in range(len(weights)):
    if self.index[first + i] >= 0:
      adapted = True
  if adapted:
    entering = self.dropped(x, layer, group)
    for i in range(len(weights)):
      m = self.index[first + i]
      if m >= 0:
        inner = torch.mm(entering, torch.t(self.factors[m]))
        if not self.doublets:
          inner = torch.mul(inner, torch.t(self.factors[2 * count + m]))
        outputs[i] = torch.addmm_(outputs[i], inner, torch.t(self.factors[count + m]), alpha=self.scales[0])
  return outputs

# In float32 whatever the base's precision: its gradient is small.
def penalty(self) -> Optional[Tensor]:
  count = self.index[self.table]
  if self.scales[1] == 0.:
    return None
  terms: List[Tensor] = []
  for m in range(count):
    q = self.factors[m].to(6)
    p = self.factors[count + m].to(6)
    one = torch.eye(q.size(0), dtype=6, device=q.device)
    apart = [torch.sub(torch.mm(q, torch.t(q)), one), torch.sub(torch.mm(torch.t(p), p), one)]
    for i in range(2):
      if self.squared:
        terms.append(torch.sum(torch.square(apart[i])))
      else:
        terms.append(torch.linalg_vector_norm(apart[i]))
  total = torch.sum(torch.stack(terms))
  if not self.squared:
    total = torch.div(total, float(2 * count))
  return torch.mul(total, self.scales[1])
