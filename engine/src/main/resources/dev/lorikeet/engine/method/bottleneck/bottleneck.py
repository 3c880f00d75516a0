# Bottleneck adapters behind sublayers. factors: of each down, its bias, up, its bias. index: for each layer the part where
# that of the attention begins and where that of the feed-forward does, or -1. (Houlsby et al. 2019.)
def joined(self, x: Tensor, residual: Tensor, weight: Tensor, layer: int, group: int) -> Tensor:
  at = self.index[2 * layer + group // 2]
  if at < 0:
    return self.projected(x, residual, [weight], layer, group)[0]
  f = self.factors
  h = self.projected(x, None, [weight], layer, group)[0]
  inner = torch.relu(torch.addmm(f[at + 1], h, torch.t(f[at])))
  return torch.add(residual, torch.add(h, torch.addmm(f[at + 3], inner, torch.t(f[at + 2]))))
