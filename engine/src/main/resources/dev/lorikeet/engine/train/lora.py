# LoRA on linear layers: y = W x + s B A x, with dropout on x before A. (Hu et al. 2021.)
# Modules that read the same input make a group: 0 attention in (q k v), 1 attention out, 2 feed-forward in (gate up), 3
# feed-forward out. The A of a group's adapted modules are one matrix, stacked by rows, and share one dropout mask.
# Attributes: modules_0 ... modules_3, how many modules a group has; modules, of one layer.
# index: for each layer the part that holds each group's A (four), then each module's B, -1 where nothing is adapted.
# scales: one a module.

# Cuts the flat vector into its matrices. shapes: rows and columns of each.
def parts(self, flat: Tensor, shapes: List[int]) -> List[Tensor]:
  sizes: List[int] = []
  for i in range(len(shapes) // 2):
    sizes.append(shapes[2 * i] * shapes[2 * i + 1])
  # One split: its backward is one concatenation.
  pieces = torch.split_with_sizes(flat.to(self.scalar), sizes)
  matrices: List[Tensor] = []
  for i in range(len(pieces)):
    matrices.append(pieces[i].view([shapes[2 * i], shapes[2 * i + 1]]))
  return matrices

# A group's outputs: x (T, in), each weight (out, in) -> (T, out) each, plus the residual (T, out) if there is one.
def lora(self, x: Tensor, residual: Optional[Tensor], weights: List[Tensor], factors: List[Tensor], index: List[int],
    scales: List[float], layer: int, group: int, rate: float, seed: int) -> List[Tensor]:
  counts = [self.modules_0, self.modules_1, self.modules_2, self.modules_3]
  first = 0
  for i in range(group):
    first = first + counts[i]
  outputs: List[Tensor] = []
  for i in range(len(weights)):
    bias = self.biases[self.modules * layer + first + i]
    if residual is not None:
      start = residual
      if bias.numel() > 0:
        start = torch.add(residual, bias)
      outputs.append(torch.addmm(start, x, weights[i].t()))
    elif bias.numel() > 0:
      outputs.append(torch.addmm(bias, x, weights[i].t()))
    else:
      outputs.append(torch.mm(x, weights[i].t()))
  a = index[(4 + self.modules) * layer + group]
  if a >= 0:
    dropped = x
    if rate > 0.:
      # A generator of its own, so that a mask depends on nothing but the seed.
      generator = torch.Generator(device=x.device, seed=seed + 4 * layer + group)
      kept = torch.bernoulli_(torch.empty_like(x), 1. - rate, generator=generator)
      dropped = torch.mul(x, torch.mul_(kept, 1. / (1. - rate)))
    inner = torch.mm(dropped, factors[a].t())
    at = 0
    for i in range(len(weights)):
      b = index[(4 + self.modules) * layer + 4 + first + i]
      if b >= 0:
        rank = factors[b].size(1)
        own = torch.narrow(inner, 1, at, rank)
        outputs[i] = torch.addmm_(outputs[i], own, factors[b].t(), alpha=scales[self.modules * layer + first + i])
        at = at + rank
  return outputs
