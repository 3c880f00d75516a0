# What training over an encoder computes otherwise than training.py, whose other methods it uses: every token sees every
# other of its text, norms stand behind the sums, and a text's class is asked of its first token. Rows are padded behind.
# details: see training.py; the last is the table of token kinds, empty where there is none. Attributes besides: kinds (one
# tensor (B, S): of each token its kind). Constant: origin (the position of a text's first token; where it is not 0, the
# token before it in number is padding's and takes no position of its own).

# Shows the next pass its rows' token kinds.
def kind(self, kinds: Tensor) -> Tensor:
  self.kinds = [kinds]
  return kinds

def end(self) -> int:
  self.factors = annotate(List[Tensor], [])
  self.notes = annotate(List[Tensor], [])
  self.kinds = annotate(List[Tensor], [])
  return 0

# Tokens, positions and kinds, normed: ids (B, S) -> (B * S, H).
def entering(self, ids: Tensor) -> Tensor:
  x = torch.add(self.embedded(ids), torch.index_select(self.details[0], 0, self.placed(ids).view([-1])))
  types = self.details[len(self.details) - 1]
  if types.numel() > 0:
    x = torch.add(x, torch.index_select(types, 0, self.kinds[0].view([-1])))
  return self.normed(x, self.weights[len(self.weights) - 3], self.details[1])

# Of each token its row of the table of positions: (B, S).
def placed(self, ids: Tensor) -> Tensor:
  if self.origin == 0:
    return torch.repeat(torch.arange(ids.size(1), dtype=4, device=ids.device), [ids.size(0), 1])
  counted = torch.ne(ids, self.origin - 1).to(4)
  return torch.add(torch.mul(torch.cumsum(counted, 1), counted), self.origin - 1)

# What to add to the scores of each row: minus infinity behind its text. (B * heads, 1, S), twice.
def rotation(self, length: int) -> Tuple[Tensor, Tensor]:
  like = self.weights[0]
  ends = torch.unsqueeze(torch.tensor(self.lengths, dtype=4, device=like.device), 1)
  behind = torch.ge(torch.arange(length, dtype=4, device=like.device), ends)
  none = torch.zeros([len(self.lengths), length], dtype=self.scalar, device=like.device)
  mask = torch.repeat_interleave(torch.masked_fill(none, behind, -float("inf")), self.heads, 0).unsqueeze(1)
  return (mask, mask)

# q, k, v (T, heads * D) -> (T, heads * D).
def attention(self, q: Tensor, k: Tensor, v: Tensor, rows: int, turn: Tuple[Tensor, Tensor], layer: int) -> Tensor:
  length = turn[0].size(2)
  shape = [rows, length, self.heads, self.size]
  queries = q.view(shape).permute([0, 2, 1, 3]).reshape([-1, length, self.size])
  keys = k.view(shape).permute([0, 2, 1, 3]).reshape([-1, length, self.size])
  values = v.view(shape).permute([0, 2, 1, 3]).reshape([-1, length, self.size])
  scores = torch.baddbmm(turn[0], queries, keys.transpose(1, 2), alpha=float(self.size) ** -0.5)
  mixed = torch.bmm(torch.softmax(scores, -1), values)
  return mixed.view([rows, self.heads, length, self.size]).permute([0, 2, 1, 3]).reshape(
      [rows * length, self.heads * self.size])

# One layer: x (T, H) -> (T, H).
def block(self, x: Tensor, layer: int, rows: int, turn: Tuple[Tensor, Tensor]) -> Tensor:
  at = 1 + (2 + self.modules) * layer
  norm = self.weights[at]
  at = at + 1
  qkv = self.projected(x, None, self.matrices(at, self.modules_0), layer, 0)
  mixed = self.attention(qkv[0], qkv[1], qkv[2], rows, turn, layer)
  at = at + self.modules_0
  x = self.normed(self.joined(mixed, x, self.matrix(at), layer, 1), norm, self.details[2 + 4 * layer])
  norm = self.weights[at + 1]
  at = at + 2
  wide = self.projected(x, None, self.matrices(at, self.modules_2), layer, 2)
  inner = self.gelu_tanh(wide[0]) if self.tanh_forward else torch.gelu(wide[0])
  x = self.joined(inner, x, self.matrix(at + self.modules_2), layer, 3)
  return self.normed(x, norm, self.details[3 + 4 * layer])

# The last layer's output at positions of ids (B, S): x (B * S, H) -> (N, H).
def picked(self, x: Tensor, ids: Tensor, positions: Tensor) -> Tensor:
  return torch.index_select(x, 0, positions)

# -> the summed loss and how many texts the head puts into their own class, float64 (2).
def score(self, values: Tensor, shapes: Tensor, ids: Tensor, lengths: Tensor, starts: Tensor, positions: Tensor,
    targets: Tensor) -> Tensor:
  _0 = self.begin(self.parts(values, shapes), lengths, starts, 0., 0)
  logits = self.scores(self.hidden(ids, positions)).to(6)
  _1 = self.end()
  loss = torch.neg(torch.sum(torch.gather(torch.log_softmax(logits, 1), 1, targets.unsqueeze(1)), dtype=7))
  hits = torch.sum(torch.eq(torch.argmax(logits, 1), targets), dtype=7)
  return torch.stack([loss, hits])

# Logits of one text's classes, without dropout: ids (1, S) -> (1, classes), float32.
def logits(self, values: Tensor, shapes: Tensor, ids: Tensor, lengths: Tensor) -> Tensor:
  none = torch.empty([0], dtype=4, device=ids.device)
  _0 = self.begin(self.parts(values, shapes), lengths, none, 0., 0)
  scores = self.scores(self.hidden(ids, torch.zeros([1], dtype=4, device=ids.device)))
  _1 = self.end()
  return scores.to(6)
