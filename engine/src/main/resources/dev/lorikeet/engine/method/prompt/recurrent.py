# P-tuning through a bidirectional LSTM. factors: vectors (v, H); for each layer and direction the weights of input and
# state and their biases; then weight and bias of two linear layers, with ReLU between them. index: layers. (Liu et al.
# 2021.) Layers are called one by one, so that dropout between them is ours: reproducible.
def embedded(self, ids: Tensor) -> Tensor:
  f = self.factors
  x = f[0].unsqueeze(1)
  layers = self.index[0]
  for layer in range(layers):
    parameters: List[Tensor] = []
    for i in range(8):
      own = f[1 + 8 * layer + i]
      parameters.append(own.view([-1]) if i % 4 > 1 else own)
    start = torch.zeros([2, 1, parameters[1].size(1)], dtype=x.dtype, device=x.device)
    x, _0, _1 = torch.lstm(x, [start, start], parameters, True, 1, 0., False, True, False)
    if layer < layers - 1:
      x = self.dropped(x, layer, 0)
  at = 1 + 8 * layers
  inner = torch.relu(torch.addmm(f[at + 1], x.squeeze(1), f[at].t()))
  return self.in_front(ids, torch.addmm(f[at + 3], inner, f[at + 2].t()))
