# Pictures before texts. Attributes: pictures (patches, hidden) of the step, float32; picture_rows: the row that each begins
# with.

# Forgets the pictures of the step before.
def blink(self, like: Tensor) -> Tensor:
    self.pictures = annotate(List[Tensor], [])
    self.picture_rows = annotate(List[int], [])
    return like

# A picture of the step that follows takes rows from `row` on: patches (n, values), weight (hidden, values), bias (hidden),
# places (n, hidden).
def look(self, row: Tensor, patches: Tensor, weight: Tensor, bias: Tensor, places: Tensor) -> Tensor:
    self.pictures.append(torch.add(torch.linear(patches, weight, bias), places))
    self.picture_rows.append(int(row))
    return row

# Vectors of tokens, those of pictures put in: x (rows, hidden).
def with_pictures(self, x: Tensor, positions: Tensor) -> Tensor:
    if len(self.pictures) == 0:
        return x
    changed = torch.clone(x)
    for i in range(len(self.pictures)):
        picture = self.pictures[i]
        first = self.picture_rows[i]
        own = torch.narrow(changed, 0, first, picture.size(0))
        if not self.rotary:
            at = torch.narrow(positions, 0, first, picture.size(0))
            picture = torch.add(picture, torch.to(torch.index_select(self.top[5], 0, at), 6))
        _0 = torch.copy_(own, picture)
    return changed
