# Prefix tuning. factors: (v, layers * 2 * groups * size), layer by layer keys, then values. (Li and Liang 2021.)
def earlier(self, layer: int) -> Tuple[Tensor, Tensor]:
  width = self.groups * self.size
  return self.cut(torch.narrow(self.factors[0], 1, 2 * layer * width, 2 * width))
