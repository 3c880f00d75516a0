# Weights into the type and layout that the products want. Attributes: scalar (the weights' type), packed (whether
# oneDNN's blocked layout is used: CPU only; several times as fast as a plain matrix at few rows).

# Rows of one or more matrices, in float32, stacked and cast.
def assembled(self, parts: List[Tensor]) -> Tensor:
    cast: List[Tensor] = []
    for part in parts:
        cast.append(torch.to(part, self.scalar))
    if len(cast) == 1:
        return cast[0]
    return torch.cat(cast)

# Float32 copies of their own.
def copied(self, sources: List[Tensor]) -> List[Tensor]:
    cast: List[Tensor] = []
    for source in sources:
        cast.append(torch.clone(torch.to(source, 6)))
    return cast

# A copy of its own.
def duplicated(self, source: Tensor) -> Tensor:
    return torch.clone(source)

# The same, ready to be multiplied by `product`.
def arranged(self, parts: List[Tensor]) -> Tensor:
    whole = self.assembled(parts)
    if self.packed:
        return ops.mkldnn._reorder_linear_weight(torch.contiguous(whole), None)
    return whole

# x (rows, in), w from `arranged` (out, in), or places of packed matrices (nf4.py) -> (rows, out).
def product(self, x: Tensor, w: Tensor, bias: Optional[Tensor]) -> Tensor:
    if self.nf4:
        if w.dtype == 4:
            return torch.linear(x, self.stacked(w), bias)
    if self.packed:
        return ops.mkldnn._linear_pointwise(x, w, bias, "none", annotate(List[Optional[number]], []), "")
    return torch.linear(x, w, bias)

# The same plus a matrix (rows, out) in one pass over the result.
def product_plus(self, x: Tensor, w: Tensor, bias: Optional[Tensor], plus: Tensor) -> Tensor:
    if self.nf4:
        if w.dtype == 4:
            return torch.add(torch.linear(x, self.stacked(w), bias), plus)
    if self.packed:
        return ops.mkldnn._linear_pointwise(x, plus, w, bias, "add")
    if bias is None:
        return torch.addmm(plus, x, torch.t(w))
    return torch.add(torch.linear(x, w, bias), plus)
