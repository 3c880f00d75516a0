# GELU by its tanh approximation; the operator's own option for it is newer than this dialect.
def gelu_tanh(self, x: Tensor) -> Tensor:
    cube = torch.mul(torch.square(x), x)
    inner = torch.mul(torch.add(x, cube, alpha=0.044715), 0.7978845608028654)
    return torch.mul(torch.mul(x, 0.5), torch.add(torch.tanh(inner), 1))
