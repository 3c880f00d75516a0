# The parts of a training step alone, over all layers, each with fused.py's or optimizer.py's own functions, so that
# their times can be told apart. sizes: rows, length, rank, labelled positions, elements of the flat vector.

# Makes ready what all parts read: inputs of every width, factors of rank `rank` on all linear layers and their sums.
def prepare_profile(self, sizes: Tensor) -> Tensor:
  s = annotate(List[int], sizes.tolist())
  w = self.weights
  self.factors = annotate(List[Tensor], [])
  self.slots = annotate(List[Tensor], [])
  for layer in range((len(w) - 4) // 9):
    for group in range(4):
      count = [3, 1, 2, 1][group]
      width = w[[2, 5, 7, 9][group] + 9 * layer].size(1)
      self.factors.append(torch.mul(torch.randn([count * s[2], width]), 0.01).to(self.scalar))
    for i in range(7):
      outputs = w[[2, 3, 4, 5, 7, 8, 9][i] + 9 * layer].size(0)
      self.factors.append(torch.mul(torch.randn([outputs, s[2]]), 0.01).to(self.scalar))
  for factor in self.factors:
    self.slots.append(torch.zeros(factor.size(), dtype=6))
  tokens = s[0] * s[1]
  self.inputs = annotate(List[Tensor], [])
  for width in [w[2].size(1), w[5].size(1), w[7].size(1), w[9].size(1), w[2].size(0), w[3].size(0)]:
    self.inputs.append(torch.randn([tokens, width]).to(self.scalar))
  self.vectors = annotate(List[Tensor], [])
  for i in range(4):
    self.vectors.append(torch.full([s[4]], 0.001))
  return sizes

# All linear layers forward and backward; with the adapters or without.
def linear_profile(self, sizes: Tensor, adapted: Tensor) -> Tensor:
  layers = (len(self.weights) - 4) // 9
  index: List[int] = []
  scales: List[float] = []
  for i in range(11 * layers):
    if int(adapted) == 1:
      index.append(i)
    else:
      index.append(-1)
    scales.append(2.)
  for layer in range(layers):
    for group in range(4):
      kept: List[Tensor] = []
      outputs = self.group(self.inputs[group], None, self.factors, index, scales, layer, group, None, True, kept)
      _0 = self.group_back(outputs, self.factors, self.slots, index, scales, layer, group, False, True, kept)
  return sizes

def attention_profile(self, sizes: Tensor) -> Tensor:
  s = annotate(List[int], sizes.tolist())
  share = self.heads // self.groups
  length = s[1]
  one = torch.zeros([0], dtype=4)
  cosines, sines = self.rotation(length, 1., one)
  masks = self.masks(length, one)
  last = masks[0]
  for layer in range((len(self.weights) - 4) // 9):
    kept: List[Tensor] = []
    queries = self.rotated(self.split(self.inputs[4], s[0], share), cosines, sines).view([-1, length * share, self.size])
    keys = self.rotated(self.split(self.inputs[5], s[0], 1), cosines, sines).view([-1, length, self.size])
    values = self.split(self.inputs[5], s[0], 1).view([-1, length, self.size])
    mixed = self.attention(queries, keys, values, masks, True, kept)
    joined = self.joined(mixed.view([-1, length, share, self.size]), s[0])
    gradient = self.split(joined, s[0], share).view([-1, length * share, self.size])
    dq, dk, dv = self.attention_back(gradient, queries, keys, values, masks, kept)
    # Each is used in some layer, or the compiler would leave it out.
    results = [
        self.joined(self.rotated(dq.view([-1, length, share, self.size]), cosines, sines), s[0]),
        self.joined(self.rotated(dk.view([-1, length, 1, self.size]), cosines, sines), s[0]),
        self.joined(dv.view([-1, length, 1, self.size]), s[0])]
    last = results[layer % 3]
  return last

def norm_profile(self, sizes: Tensor) -> Tensor:
  w = self.weights
  x = self.inputs[0]
  last = x
  for layer in range((len(w) - 4) // 9):
    for i in range(2):
      h, scale = self.normed(x, w[1])
      last = self.normed_back(h, x, w[1], scale, x)
  return last

def gate_profile(self, sizes: Tensor) -> Tensor:
  x = self.inputs[3]
  last = x
  for layer in range((len(self.weights) - 4) // 9):
    gate = torch.silu(x)
    h = torch.mul(gate, x)
    up = torch.mul(h, gate)
    last = torch.add_(torch.silu_backward(torch.mul_(h, x), x), up)
  return last

def loss_profile(self, sizes: Tensor) -> Tensor:
  s = annotate(List[int], sizes.tolist())
  h = torch.mul(torch.narrow(self.inputs[0], 0, 0, s[3]), 0.1)
  targets = torch.zeros([s[3]], dtype=4)
  return self.cross_entropy(h, targets)[1]

def optimizer_profile(self, sizes: Tensor, clipping: Tensor, settings: Tensor) -> Tensor:
  _0 = torch.zero_(self.vectors[1])
  _1 = self.clip(self.vectors[1], clipping)
  return self.adamw(self.vectors[0], self.vectors[1], self.vectors[2], self.vectors[3], settings)
