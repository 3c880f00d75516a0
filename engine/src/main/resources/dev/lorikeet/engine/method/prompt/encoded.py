# P-tuning. factors: vectors, then weight and bias of three linear layers, with ReLU between them. (Liu et al. 2021.)
def embedded(self, ids: Tensor) -> Tensor:
  f = self.factors
  inner = torch.relu(torch.addmm(f[2], f[0], torch.t(f[1])))
  inner = torch.relu(torch.addmm(f[4], inner, torch.t(f[3])))
  return self.in_front(ids, torch.addmm(f[6], inner, torch.t(f[5])))
