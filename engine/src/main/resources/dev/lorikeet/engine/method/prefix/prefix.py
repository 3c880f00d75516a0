# Prefix tuning. factors: (v, layers * 2 * groups * size), layer by layer keys, then values. (Li and Liang 2021.)
def earlier(self, layer: int) -> Tuple[Tensor, Tensor]:
  width = self.groups * self.size
  own = torch.narrow(self.factors[0], 1, 2 * layer * width, 2 * width)
  both = torch.permute(torch.reshape(own, [self.before, 2, self.groups, self.size]), [1, 2, 0, 3])
  return (torch.select(both, 0, 0), torch.select(both, 0, 1))
