# Virtual tokens (v, H) before each row of ids (B, S) -> (B * (v + S), H).
def in_front(self, ids: Tensor, virtual: Tensor) -> Tensor:
  rows = ids.size(0)
  text = torch.index_select(self.weights[0], 0, torch.view(ids, [-1]))
  width = text.size(1)
  both = torch.cat([torch.repeat(torch.unsqueeze(virtual, 0), [rows, 1, 1]), torch.view(text, [rows, -1, width])], 1)
  return torch.view(both, [-1, width])
