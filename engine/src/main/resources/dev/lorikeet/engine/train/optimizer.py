# AdamW over flat float32 vectors, in place.

# Turns summed gradients into the mean over `count` labelled tokens and clips their global norm.
# settings (float64): count, largest norm (0: no clipping). -> the norm before clipping.
def clip(self, gradient: Tensor, settings: Tensor) -> Tensor:
  values = annotate(List[float], settings.tolist())
  _0 = torch.div_(gradient, values[0])
  norm = torch.linalg_vector_norm(gradient)
  if values[1] > 0.:
    _1 = torch.mul_(gradient, torch.clamp(torch.mul(torch.reciprocal(torch.add(norm, 1e-6)), values[1]), max=1.))
  return norm

# One step on a group of parameters (a range of the vector), as torch.optim.AdamW computes it.
# settings (float64): learning rate, beta 1, beta 2, epsilon, weight decay, step (from 1), offset, length.
def adamw(self, parameters: Tensor, gradients: Tensor, means: Tensor, squares: Tensor, settings: Tensor) -> Tensor:
  s = annotate(List[float], settings.tolist())
  offset = int(s[6])
  length = int(s[7])
  p = torch.narrow(parameters, 0, offset, length)
  g = torch.narrow(gradients, 0, offset, length)
  m = torch.narrow(means, 0, offset, length)
  v = torch.narrow(squares, 0, offset, length)
  _0 = torch.mul_(p, 1. - s[0] * s[4])
  _1 = torch.lerp_(m, g, 1. - s[1])
  _2 = torch.addcmul_(torch.mul_(v, s[2]), g, g, value=1. - s[2])
  rate = s[0] / (1. - s[1] ** s[5])
  spread = torch.add_(torch.div_(torch.sqrt(v), (1. - s[2] ** s[5]) ** 0.5), s[3])
  _3 = torch.addcdiv_(p, m, spread, value=-rate)
  return p

# Forgets the gradients.
def clear(self, gradients: Tensor) -> Tensor:
  return torch.zero_(gradients)
