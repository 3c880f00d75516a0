# A classification head over a text's first token: out(tanh(dense x)). The last four factors are the weights of its two
# layers, then their biases. In float32 whatever the base's precision, as serving computes it.
def scores(self, h: Tensor) -> Tensor:
  last = len(self.factors)
  x = h.to(6)
  inner = torch.tanh(torch.addmm(self.factors[last - 2].to(6), x, self.factors[last - 4].to(6).t()))
  return torch.addmm(self.factors[last - 1].to(6), inner, self.factors[last - 3].to(6).t())
