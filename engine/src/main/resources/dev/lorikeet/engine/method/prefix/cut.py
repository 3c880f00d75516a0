# Keys and values (groups, v, size) of one layer from (v, 2 * groups * size).
def cut(self, own: Tensor) -> Tuple[Tensor, Tensor]:
  both = torch.permute(torch.reshape(own, [self.before, 2, self.groups, self.size]), [1, 2, 0, 3])
  return (torch.select(both, 0, 0), torch.select(both, 0, 1))
