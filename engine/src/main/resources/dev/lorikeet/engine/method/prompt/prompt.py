# Prompt tuning. factors: the embeddings. (Lester et al. 2021.)
def embedded(self, ids: Tensor) -> Tensor:
  return self.in_front(ids, self.factors[0])
