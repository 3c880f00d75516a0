# One step of a batch: new tokens of any number of sequences go in, the logits that follow come out. Rows are tokens.
# Rows come in two parts: decode rows, one token of each of as many sequences, whose attention is one batched product;
# then prefill segments, many tokens of one sequence each.
# keys, values: an entry a layer, (slots, groups, capacity, size).

# layout: 0 decode rows, 1 first slot of them (or -1: they are not adjacent), 2 positions they attend to,
# then for each prefill segment: first row, rows, slot, positions before it, and how many of its first rows are a picture's,
# which see each other.
# vectors: as `embedded` takes them. tokens, positions, slots (rows); wanted (rows whose logits are asked for); plan, picks, places and bare as in bank.py;
# head_...: the same for the rows wanted.
# -> logits (wanted, vocabulary) float32, the likeliest token of each, its log-probability (NaN: not finite).
def step(self, tokens: Tensor, vectors: Tensor, positions: Tensor, slots: Tensor, wanted: Tensor, layout: Tensor, plan: Tensor,
        picks: Tensor, places: Tensor, bare: Tensor, head_plan: Tensor, head_picks: Tensor, head_places: Tensor,
        head_bare: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    shape = annotate(List[int], layout.tolist())
    adapters = annotate(List[int], plan.tolist())
    capacity = self.keys[0].size(2)
    cells = self.cells(positions, slots, capacity)
    # What to add to the scores, of layers that see all and of those with a window.
    whole = self.masks(positions, shape, 0) if self.window == 0 or self.window_from > 0 else annotate(List[Tensor], [])
    near = self.masks(positions, shape, self.window) if self.window > 0 else whole
    cosines, sines = self.rotation(positions, self.top[3]) if self.rotary else (positions, positions)
    self.special_base = [vectors]
    x = self.specially_embedded(self.embedded(self.known(tokens), positions, vectors), tokens)
    x = self.with_pictures(x, positions)
    for layer in range(self.layers):
        h = self.normed(x, self.norm_weight(2 * layer, self.norm1[layer], False),
            self.norm_bias(2 * layer, self.norm1_bias[layer], False))
        qkv = self.adapted(h, self.attention_in[layer], self.attention_in_bias[layer] if self.biased_0 else None,
            None, layer, 0, adapters, picks, places, bare)
        mixed = self.attention(qkv, layer, cells, cosines, sines, slots, shape,
            near if layer >= self.window_from else whole)
        x = self.adapted(mixed, self.attention_out[layer], self.attention_out_bias[layer] if self.biased_1 else None,
            x, layer, 1, adapters, picks, places, bare)
        h = self.normed(x, self.norm_weight(2 * layer + 1, self.norm2[layer], False),
            self.norm_bias(2 * layer + 1, self.norm2_bias[layer], False))
        wide = self.adapted(h, self.forward_in[layer], self.forward_in_bias[layer] if self.biased_2 else None,
            None, layer, 2, adapters, picks, places, bare)
        x = self.adapted(self.activated(wide), self.forward_out[layer],
            self.forward_out_bias[layer] if self.biased_3 else None, x, layer, 3, adapters, picks, places, bare)
    _0 = self.meet_head(wanted)
    last = self.normed(
        torch.index_select(x, 0, wanted), self.norm_weight(2 * self.layers, self.top[1], True),
        self.norm_bias(2 * self.layers, self.top[4], True))
    logits = torch.to(self.adapted(last, self.top[2], None, None, self.layers, 4,
        annotate(List[int], head_plan.tolist()), head_picks, head_places, head_bare), 6)
    best, token = torch.max(logits, 1)
    return (logits, token, torch.sub(best, torch.logsumexp(logits, [1])))

# Tokens of the base's vocabulary: virtual ones, which have ids beyond it, become its last.
def known(self, tokens: Tensor) -> Tensor:
    if self.special():
        return torch.clamp(tokens, max=self.vocabulary - 1)
    return tokens

# Where each row's keys go in (slots * groups * capacity): (rows * groups), rows outermost.
def cells(self, positions: Tensor, slots: Tensor, capacity: int) -> Tensor:
    head = torch.arange(self.groups, dtype=4, device=slots.device)
    first = torch.add(torch.unsqueeze(torch.mul(slots, self.groups), 1), head)
    return torch.view(torch.add(torch.mul(first, capacity), torch.unsqueeze(positions, 1)), [-1])

# What to add to the scores: of the decode rows (rows, 1, 1, positions), then of each segment (share * rows, positions).
# window: positions seen, the row's own among them; 0: all.
def masks(self, positions: Tensor, layout: List[int], window: int) -> List[Tensor]:
    masks: List[Tensor] = []
    rows = layout[0]
    if rows > 0:
        all = torch.arange(layout[2], dtype=4, device=positions.device)
        hidden = self.hidden_from(torch.narrow(positions, 0, 0, rows), all, window)
        masks.append(torch.view(self.forbidden(hidden), [rows, 1, 1, layout[2]]))
    else:
        masks.append(positions)
    for i in range((len(layout) - 3) // 5):
        count = layout[4 + 5 * i]
        past = layout[6 + 5 * i]
        all = torch.arange(past + count, dtype=4, device=positions.device)
        own = torch.narrow(positions, 0, layout[3 + 5 * i], count)
        hidden = self.hidden_from(own, all, window)
        together = layout[7 + 5 * i]
        if together > 0:
            _0 = torch.zero_(torch.narrow(torch.narrow(hidden, 0, 0, together), 1, past, together))
        masks.append(torch.repeat(self.forbidden(hidden), [self.heads // self.groups, 1]))
    return masks

# Which of all positions a row at its own does not see: (rows, positions).
def hidden_from(self, own: Tensor, all: Tensor, window: int) -> Tensor:
    at = torch.unsqueeze(own, 1)
    later = torch.gt(all, at)
    if window == 0:
        return later
    return torch.logical_or(later, torch.le(all, torch.sub(at, window)))

# qkv (rows, (heads + 2 groups) * size) -> (rows, heads * size); keys and values are written on the way.
def attention(self, qkv: Tensor, layer: int, cells: Tensor, cosines: Tensor, sines: Tensor, slots: Tensor,
        layout: List[int], masks: List[Tensor]) -> Tensor:
    rows = qkv.size(0)
    keys = self.keys[layer]
    values = self.values[layer]
    by_head = torch.view(qkv, [rows, self.heads + 2 * self.groups, self.size])
    turned = torch.narrow(by_head, 1, 0, self.heads + self.groups)
    if self.head_norms:
        turned = self.root_mean_square(turned, torch.view(self.head_norm[layer], [-1, self.size]))
    if self.rotary:
        turned = self.rotated(turned, cosines, sines)
    fresh = torch.reshape(torch.narrow(turned, 1, self.heads, self.groups), [-1, self.size])
    _0 = torch.index_copy_(torch.view(keys, [-1, self.size]), 0, cells, fresh)
    added = torch.reshape(torch.narrow(by_head, 1, self.heads + self.groups, self.groups), [-1, self.size])
    _1 = torch.index_copy_(torch.view(values, [-1, self.size]), 0, cells, added)
    queries = torch.narrow(turned, 1, 0, self.heads)
    parts: List[Tensor] = []
    if layout[0] > 0:
        parts.append(self.attend_each(torch.narrow(queries, 0, 0, layout[0]), keys, values, slots, layout, masks[0]))
    for i in range((len(layout) - 3) // 5):
        own = torch.narrow(queries, 0, layout[3 + 5 * i], layout[4 + 5 * i])
        length = layout[6 + 5 * i] + layout[4 + 5 * i]
        k = torch.narrow(torch.select(keys, 0, layout[5 + 5 * i]), 1, 0, length)
        v = torch.narrow(torch.select(values, 0, layout[5 + 5 * i]), 1, 0, length)
        parts.append(self.attend_all(own, k, v, masks[1 + i]))
    if len(parts) == 1:
        return parts[0]
    return torch.cat(parts)

# One token a sequence: queries (rows, heads, size) -> (rows, heads * size). The query heads that share a key head are
# its rows, so that grouped heads need no copies. bfloat16 on a CPU goes through two batched products: the fused operator
# makes a product for each head there and takes twice as long, more with long contexts.
def attend_each(self, queries: Tensor, keys: Tensor, values: Tensor, slots: Tensor, layout: List[int], mask: Tensor
        ) -> Tensor:
    rows = layout[0]
    if layout[1] >= 0:
        k = torch.narrow(torch.narrow(keys, 0, layout[1], rows), 2, 0, layout[2])
        v = torch.narrow(torch.narrow(values, 0, layout[1], rows), 2, 0, layout[2])
    else:
        own = torch.narrow(slots, 0, 0, rows)
        k = torch.index_select(torch.narrow(keys, 2, 0, layout[2]), 0, own)
        v = torch.index_select(torch.narrow(values, 2, 0, layout[2]), 0, own)
    share = self.heads // self.groups
    q = torch.reshape(queries, [rows, self.groups, share, self.size])
    if self.packed and self.scalar != 6:
        own = torch.reshape(torch.mul(q, float(self.size) ** -0.5), [rows * self.groups, share, self.size])
        # Contiguous: strided matrices would be copied transposed.
        past = torch.reshape(torch.contiguous(k), [rows * self.groups, -1, self.size])
        scores = torch.bmm(own, torch.transpose(past, 1, 2))
        shares = torch.softmax(torch.add(torch.view(scores, [rows, self.heads, 1, -1]), mask), -1)
        past = torch.reshape(torch.contiguous(v), [rows * self.groups, -1, self.size])
        mixed = torch.bmm(torch.view(shares, [rows * self.groups, share, -1]), past)
    else:
        mixed = torch.scaled_dot_product_attention(q, k, v, mask)
    return torch.reshape(mixed, [rows, self.heads * self.size])

# Many tokens of one sequence: queries (rows, heads, size), k and v (groups, length, size).
def attend_all(self, queries: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    rows = queries.size(0)
    share = self.heads // self.groups
    split = torch.view(queries, [rows, self.groups, share, self.size])
    q = torch.reshape(torch.permute(split, [1, 2, 0, 3]), [1, self.groups, share * rows, self.size])
    mixed = torch.scaled_dot_product_attention(q, torch.unsqueeze(k, 0), torch.unsqueeze(v, 0), mask)
    by_row = torch.permute(torch.view(torch.contiguous(mixed), [self.groups, share, rows, self.size]), [2, 0, 1, 3])
    return torch.reshape(by_row, [rows, self.heads * self.size])

# Gives the cache this many slots of this capacity; what is there and fits is kept, the rest is zero.
def resize(self, slots: Tensor, capacity: Tensor, like: Tensor) -> Tensor:
    count = int(slots)
    length = int(capacity)
    keys: List[Tensor] = []
    values: List[Tensor] = []
    for layer in range(self.layers):
        if len(self.keys) == 0:
            keys.append(self.cache(count, length, like, None))
            values.append(self.cache(count, length, like, None))
        else:
            keys.append(self.cache(count, length, like, self.keys[layer]))
            values.append(self.cache(count, length, like, self.values[layer]))
    self.keys = keys
    self.values = values
    return slots

def cache(self, slots: int, capacity: int, like: Tensor, old: Optional[Tensor]) -> Tensor:
    fresh = torch.zeros([slots, self.groups, capacity, self.size], dtype=self.scalar, device=like.device)
    if old is not None:
        count = min(slots, old.size(0))
        length = min(capacity, old.size(2))
        kept = torch.narrow(torch.narrow(old, 0, 0, count), 2, 0, length)
        _0 = torch.copy_(torch.narrow(torch.narrow(fresh, 0, 0, count), 2, 0, length), kept)
    return fresh

# Puts an adapter's keys and values (layers, groups, length, size) at the start of a slot.
def precede(self, slot: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    for layer in range(self.layers):
        length = keys.size(2)
        k = torch.narrow(torch.select(self.keys[layer], 0, int(slot)), 1, 0, length)
        v = torch.narrow(torch.select(self.values[layer], 0, int(slot)), 1, 0, length)
        _0 = torch.copy_(k, torch.select(keys, 0, layer))
        _1 = torch.copy_(v, torch.select(values, 0, layer))
    return slot

# Starts without a cache.
def clear_cache(self, like: Tensor) -> Tensor:
    self.keys = annotate(List[Tensor], [])
    self.values = annotate(List[Tensor], [])
    return like

# Moves a sequence of some length to another slot, leaving zeros; with from = to it only forgets.
def move(self, source: Tensor, target: Tensor, length: Tensor) -> Tensor:
    count = int(length)
    for caches in [self.keys, self.values]:
        for cache in caches:
            old = torch.narrow(torch.select(cache, 0, int(source)), 1, 0, count)
            if int(source) != int(target):
                _0 = torch.copy_(torch.narrow(torch.select(cache, 0, int(target)), 1, 0, count), old)
            _1 = torch.zero_(old)
    return length
