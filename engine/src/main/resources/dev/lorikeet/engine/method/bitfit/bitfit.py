# BitFit: y = W x + bias + own. (Ben Zaken et al. 2022.)
# index: for each layer and module its part, -1 for none.

def projected(self, x: Tensor, residual: Optional[Tensor], weights: List[Tensor], layer: int, group: int
    ) -> List[Tensor]:
  outputs = self.products(x, residual, weights, layer, group)
  first = self.modules * layer + self.first(group)
  for i in range(len(weights)):
    own = self.index[first + i]
    if own >= 0:
      outputs[i] = torch.add(outputs[i], self.factors[own])
  return outputs
