# What a method may change of the model while it trains, each as it is without a method. A method's own script defines
# those that it needs. Attributes, set before a forward pass: factors (the trained values, cut into matrices, in the
# base's precision), state (one flat tensor that the method keeps and that is not trained; empty for most), index, scales
# (lists of numbers, the method's own), rate (dropout), seed (of the micro-batch), lengths (real tokens of each row), notes
# (what a hook leaves for those that follow; empty at the start of a pass), pictures (one tensor (B, patches, values of a
# patch) where rows have pictures; else empty).

# What enters the first layer: ids (B, S) -> (B * S', H). S' is larger than S where virtual tokens stand in front.
def embedded(self, ids: Tensor) -> Tensor:
  return torch.index_select(self.weights[0], 0, torch.view(ids, [-1]))

# A group's outputs, bias included: x (T, in), weights (out, in) each -> (T, out) each, plus the residual (T, out) if
# there is one (in groups of one module). layer and group say where.
def projected(self, x: Tensor, residual: Optional[Tensor], weights: List[Tensor], layer: int, group: int
    ) -> List[Tensor]:
  return self.products(x, residual, weights, layer, group)

# The output of a sublayer joined with the residual stream: x (T, in) -> (T, H).
def joined(self, x: Tensor, residual: Tensor, weight: Tensor, layer: int, group: int) -> Tensor:
  return self.projected(x, residual, [weight], layer, group)[0]

# How many positions at the start of each row see each other, whichever comes first.
def together(self) -> int:
  return 0

# Keys (rotated) and values before the text, (groups, `before`, size) each; asked only where the constant `before` is
# not 0.
def earlier(self, layer: int) -> Tuple[Tensor, Tensor]:
  return (self.factors[0], self.factors[0])

# Logits (N, vocabulary, or classes over an encoder) of the last hidden states (N, H); asked only where the constant `own_head` is true.
def scores(self, h: Tensor) -> Tensor:
  return torch.mm(h, torch.t(self.weights[len(self.weights) - 2]))

# What is added to the mean loss, or None. Differentiable.
def penalty(self) -> Optional[Tensor]:
  return None

# Changes values or state in place after an optimizer step. values, gradients (clipped): the flat vectors;
# settings (float64): steps done, steps of the run, learning rate, then the method's own. Called only where the method asks for it.
def stepped(self, values: Tensor, gradients: Tensor, settings: Tensor) -> Tensor:
  return values
