# Trainable tokens. factors: their vectors; index: their ids.
def embedded(self, ids: Tensor) -> Tensor:
  flat = torch.view(ids, [-1])
  return self.with_rows(torch.index_select(self.weights[0], 0, flat), flat, self.index, self.factors[0])

# Asked only where the head is tied.
def scores(self, h: Tensor) -> Tensor:
  return self.with_columns(torch.mm(h, self.weights[len(self.weights) - 2].t()), h, self.index, self.factors[0])
