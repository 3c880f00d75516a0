# Base matrices held as NF4 codes and decoded where they are used, so that no decoded one outlives its product. (Dettmers
# et al. 2023.) Attributes: nf4 (whether there are any), weights (the base's tensors; of a packed matrix its codes),
# magnitudes and spreads (an entry for each of weights: PackedMatrix), sizes (rows and columns of each, 0 of a plain
# one), tables (both weights of a byte as one complex number (256); the levels of the magnitudes (256)).

def bind_packed(self, magnitudes: List[Tensor], spreads: List[Tensor], pairs: Tensor, levels: Tensor, sizes: Tensor
    ) -> Tensor:
  self.magnitudes = magnitudes
  self.spreads = spreads
  self.tables = [torch.view_as_complex(torch.clone(pairs)), torch.clone(levels)]
  self.sizes = annotate(List[int], sizes.tolist())
  return pairs

# For scripts that hold nothing but packed matrices in `weights`.
def hold(self, weights: List[Tensor]) -> Tensor:
  self.weights = weights
  return weights[0]

# The matrices at some places (int64), one below the other.
def stacked(self, places: Tensor) -> Tensor:
  all: List[Tensor] = []
  for place in annotate(List[int], places.tolist()):
    all.append(self.matrix(place))
  if len(all) == 1:
    return all[0]
  return torch.cat(all)

# The base's tensor at a place: (out, in) of a linear layer.
def matrix(self, at: int) -> Tensor:
  if not self.nf4:
    return self.weights[at]
  codes = self.weights[at]
  # Bytes; else it is plain, or a method has put its own in the place.
  if codes.dtype != 0:
    return codes
  spread = self.spreads[at]
  groups = spread.size(0) - 1
  blocks = self.magnitudes[at].size(0)
  levels = torch.index_select(self.tables[1], 0, self.magnitudes[at].to(3))
  scales = torch.narrow(torch.repeat_interleave(torch.narrow(spread, 0, 0, groups), 256), 0, 0, blocks)
  largest = torch.add(torch.mul(levels, scales), torch.narrow(spread, 0, groups, 1))
  # A pair of float32 numbers is fetched as one complex number: four times as fast as a row of two.
  pairs = torch.view_as_real(torch.index_select(self.tables[0], 0, codes.to(3)))
  decoded = torch.mul(pairs.view([blocks, 64]), largest.unsqueeze(1)).view([-1])
  rows = self.sizes[2 * at]
  count = rows * self.sizes[2 * at + 1]
  return torch.narrow(decoded, 0, 0, count).to(self.scalar).view([rows, -1])

# Neighbours in the list.
def matrices(self, at: int, count: int) -> List[Tensor]:
  if not self.nf4:
    return self.weights[at:(at + count)]
  all: List[Tensor] = []
  for i in range(count):
    all.append(self.matrix(at + i))
  return all

# Inputs of the linear layer at a place.
def width(self, at: int) -> int:
  if self.nf4:
    if self.weights[at].dtype == 0:
      return self.sizes[2 * at + 1]
  return self.weights[at].size(1)
