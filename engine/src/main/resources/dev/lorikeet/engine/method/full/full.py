# Full fine-tuning: the layers' tensors are the trained ones. index: for each part the list that it stands in (0 weights,
# 1 biases) and its place there.

# The first that a pass asks for: whatever stands in the lists is replaced before a layer reads it.
def embedded(self, ids: Tensor) -> Tensor:
  for i in range(len(self.index) // 2):
    own = self.factors[i]
    at = self.index[2 * i + 1]
    if self.index[2 * i] == 0:
      self.weights[at] = own.view([-1]) if own.size(0) == 1 else own
    else:
      self.biases[at] = own.view([-1])
  return torch.index_select(self.weights[0], 0, torch.view(ids, [-1]))
