# The largest singular values of a weight with their vectors, shared evenly by two factors: weight (out, in), probe (in, k)
# random, settings (float64): rank, scaling. -> A (rank, in) = sqrt(S / scaling) V', B (out, rank) = U sqrt(S / scaling).
# (Meng et al. 2024.) Large weights by subspace iteration (Halko, Martinsson and Tropp 2011), small ones exactly.
def principal(self, weight: Tensor, probe: Tensor, settings: Tensor) -> Tuple[Tensor, Tensor]:
  numbers = annotate(List[float], settings.tolist())
  rank = int(numbers[0])
  w = weight.to(7)
  left = w
  inner = w
  exact = min(w.size(0), w.size(1)) <= 128
  if not exact:
    basis = torch.mm(w, probe.to(7))
    for i in range(8):
      q, _0 = torch.linalg_qr(basis)
      p, _1 = torch.linalg_qr(torch.mm(w.t(), q))
      basis = torch.mm(w, p)
    left, _2 = torch.linalg_qr(basis)
    inner = torch.mm(left.t(), w)
  u, s, v = torch.linalg_svd(inner, False)
  if not exact:
    u = torch.mm(left, u)
  roots = torch.sqrt(torch.div(torch.narrow(s, 0, 0, rank), numbers[1]))
  a = torch.mul(torch.narrow(v, 0, 0, rank), roots.unsqueeze(1))
  b = torch.mul(torch.narrow(u, 1, 0, rank), roots)
  return (a.to(6).contiguous(), b.to(6).contiguous())
