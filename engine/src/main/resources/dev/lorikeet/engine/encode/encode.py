# Whole texts through an encoder of BERT's kind: every token sees every other of its text, norms stand behind the sums.
# Rows are the tokens of all texts, one behind another; only the attention pads them to one length.

# tokens, positions, types (rows); cells (rows): where a row stands among (texts * longest); owners (rows): its text;
# lengths (texts); firsts (texts): the row that each begins with; plan, picks, places and bare as in bank.py.
# -> the last layer's states of each first token, and their mean over each text: (texts, hidden), float32.
def encode(self, tokens: Tensor, positions: Tensor, types: Tensor, cells: Tensor, owners: Tensor, lengths: Tensor,
        firsts: Tensor, plan: Tensor, picks: Tensor, places: Tensor, bare: Tensor) -> Tuple[Tensor, Tensor]:
    adapters = annotate(List[int], plan.tolist())
    texts = lengths.size(0)
    longest = int(torch.max(lengths))
    behind = torch.ge(torch.arange(longest, dtype=4, device=lengths.device), torch.unsqueeze(lengths, 1))
    mask = torch.view(self.forbidden(behind), [texts, 1, 1, longest])
    x = self.specially_embedded(self.embedded(tokens, positions, tokens), tokens)
    if self.top[6].dim() == 2:
        x = torch.add(x, torch.index_select(self.top[6], 0, types))
    x = self.normed(x, self.norm_weight(2 * self.layers, self.top[1], False),
        self.norm_bias(2 * self.layers, self.top[4], False))
    for layer in range(self.layers):
        qkv = self.adapted(x, self.attention_in[layer], self.attention_in_bias[layer] if self.biased_0 else None,
            None, layer, 0, adapters, picks, places, bare)
        mixed = self.attention(qkv, cells, texts, longest, mask)
        x = self.adapted(mixed, self.attention_out[layer], self.attention_out_bias[layer] if self.biased_1 else None,
            x, layer, 1, adapters, picks, places, bare)
        x = self.normed(x, self.norm_weight(2 * layer, self.norm1[layer], False),
            self.norm_bias(2 * layer, self.norm1_bias[layer], False))
        wide = self.adapted(x, self.forward_in[layer], self.forward_in_bias[layer] if self.biased_2 else None,
            None, layer, 2, adapters, picks, places, bare)
        x = self.adapted(self.activated(wide), self.forward_out[layer],
            self.forward_out_bias[layer] if self.biased_3 else None, x, layer, 3, adapters, picks, places, bare)
        x = self.normed(x, self.norm_weight(2 * layer + 1, self.norm2[layer], False),
            self.norm_bias(2 * layer + 1, self.norm2_bias[layer], False))
    wide = torch.to(x, 6)
    sums = torch.index_add(torch.zeros([texts, self.hidden], device=x.device), 0, owners, wide)
    return (torch.index_select(wide, 0, firsts), torch.div(sums, torch.unsqueeze(lengths, 1)))

# qkv (rows, 3 * heads * size) -> (rows, heads * size).
def attention(self, qkv: Tensor, cells: Tensor, texts: int, longest: int, mask: Tensor) -> Tensor:
    padded = torch.zeros([texts * longest, qkv.size(1)], dtype=self.scalar, device=qkv.device)
    _0 = torch.index_copy_(padded, 0, cells, qkv)
    by_head = torch.view(padded, [texts, longest, self.heads + 2 * self.groups, self.size])
    heads = torch.permute(by_head, [0, 2, 1, 3])
    mixed = torch.scaled_dot_product_attention(torch.narrow(heads, 1, 0, self.heads),
        torch.narrow(heads, 1, self.heads, self.groups),
        torch.narrow(heads, 1, self.heads + self.groups, self.groups), mask)
    whole = torch.reshape(torch.permute(mixed, [0, 2, 1, 3]), [texts * longest, self.heads * self.size])
    return torch.index_select(whole, 0, cells)

# One text's logits (labels), in float32: first (texts, hidden) from `encode`; the classifier's two layers.
def classify(self, first: Tensor, text: Tensor, dense: Tensor, dense_bias: Tensor, out: Tensor, out_bias: Tensor
        ) -> Tensor:
    x = torch.narrow(first, 0, int(text), 1)
    inner = torch.tanh(torch.linear(x, torch.to(dense, 6), torch.to(dense_bias, 6)))
    return torch.select(torch.linear(inner, torch.to(out, 6), torch.to(out_bias, 6)), 0, 0)
