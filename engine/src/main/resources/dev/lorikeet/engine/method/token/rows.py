# Vectors x (T, H) of ids (T) with those of some tokens replaced by rows (tokens, H).
def with_rows(self, x: Tensor, ids: Tensor, tokens: List[int], rows: Tensor) -> Tensor:
  own = torch.tensor(tokens, dtype=4, device=x.device)
  hits = torch.eq(ids.unsqueeze(1), own.unsqueeze(0)).to(self.scalar)
  others = torch.sub(1., torch.sum(hits, [1], True))
  return torch.addmm(torch.mul(x, others), hits, rows)

# Logits (N, vocabulary) of hidden states h (N, H) with the columns of some tokens replaced.
def with_columns(self, logits: Tensor, h: Tensor, tokens: List[int], rows: Tensor) -> Tensor:
  own = torch.tensor(tokens, dtype=4, device=h.device)
  return torch.index_copy(logits, 1, own, torch.mm(h, rows.t()))
