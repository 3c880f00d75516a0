# IA3: l (W x + bias), or W (l x) + bias. (Liu et al. 2022.)
# index: for each layer and module the part that scales its input and the part that scales its output, -1 for none.

def projected(self, x: Tensor, residual: Optional[Tensor], weights: List[Tensor], layer: int, group: int
    ) -> List[Tensor]:
  first = self.modules * layer + self.first(group)
  outputs: List[Tensor] = []
  for i in range(len(weights)):
    entering = x
    before = self.index[2 * (first + i)]
    if before >= 0:
      entering = torch.mul(x, self.factors[before])
    y = torch.mm(entering, torch.t(weights[i]))
    bias = self.biases[first + i]
    if bias.numel() > 0:
      y = torch.add(y, bias)
    behind = self.index[2 * (first + i) + 1]
    if behind >= 0:
      y = torch.mul(y, self.factors[behind])
    if residual is not None:
      y = torch.add(y, residual)
    outputs.append(y)
  return outputs
