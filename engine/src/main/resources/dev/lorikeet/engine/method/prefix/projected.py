# Prefix tuning through a network: tanh between two linear layers. factors: vectors (v, groups * size), weight and bias of
# each layer. The last one's outputs are those of prefix.py, of which a layer computes its own.
def earlier(self, layer: int) -> Tuple[Tensor, Tensor]:
  f = self.factors
  width = 2 * self.groups * self.size
  inner = torch.tanh(torch.addmm(f[2], f[0], f[1].t()))
  weight = torch.narrow(f[3], 0, layer * width, width)
  return self.cut(torch.addmm(torch.narrow(f[4], 1, layer * width, width), inner, weight.t()))
