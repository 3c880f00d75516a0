# VoRA: LoRA (lora.py), and a picture's patches in front of each row. The last three factors are the patches' matrix (H,
# values), its bias (1, H) and the vectors of places (patches, H). (Wang et al. 2025.)
def embedded(self, ids: Tensor) -> Tensor:
  rows = ids.size(0)
  last = len(self.factors)
  shown = self.pictures[0].to(self.scalar)
  seen = torch.addmm(self.factors[last - 2], shown.view([-1, shown.size(2)]), self.factors[last - 3].t())
  placed = torch.add(seen.view([rows, self.patches, -1]), self.factors[last - 1])
  text = torch.index_select(self.weights[0], 0, ids.view([-1]))
  return torch.cat([placed, text.view([rows, ids.size(1), -1])], 1).view([-1, text.size(1)])

def together(self) -> int:
  return self.patches
