# Many LoRA adapters at once. A bank holds the factors of every adapter that a batch uses, side by side: adapter i owns
# the ranks [offset, offset + width) of all of its matrices. A step works on the range of ranks that its rows use; rows
# need no order and no segments.
# Modules that read the same input make a group: 0 attention in (q k v), 1 attention out, 2 feed-forward in (gate up), 3
# feed-forward out; 4 is the head. Attributes: modules_0 ... modules_4, how many modules each has; modules, of one layer.
# bank_a: an entry a group and layer (4 * layer + group; last the head): (ranks, modules of the group, in).
# bank_b: an entry a module and layer (modules * layer + module; last the head): (ranks, out), scaling folded in.
# An entry that no adapter needs has no ranks at all.

# Factors and updates are float32 whatever the base's precision: as accurate as the reference, and products this small
# cost a third of bfloat16's on a CPU.

# plan: 0 first rank, 1 ranks (0: no adapters), 2 how rows differ, 3 slots, 4 rows a slot, 5 whether some rows have no
# adapter; then a flag for each of the five groups.
# How: 0 rows as they stand: slots of one width (one adapter: one slot), as many rows each, in the slots' order; the
# products are batched over the slots, none is wasted. 1 adapters of several widths: each row meets all ranks and keeps
# its own; picks is the mask (rows, ranks) of those that are not. 2 slots of one width, rows in any order: they are
# brought to their slot by picks (slots * rows a slot) and back by places (rows); bare (rows, 1) marks rows without
# adapter.
# x (rows, in), plus (rows, out) or None -> the updates plus `plus`, or `plus` itself.
def update(self, x: Tensor, plus: Optional[Tensor], layer: int, group: int, plan: List[int], picks: Tensor,
        places: Tensor, bare: Tensor) -> Optional[Tensor]:
    if plan[1] == 0 or plan[6 + group] == 0:
        return plus
    whole_a = self.bank_a[4 * layer + (0 if group == 4 else group)]
    if whole_a.size(0) == 0:
        return plus
    counts = self.counts()
    modules = counts[group]
    module = self.modules * layer
    if group < 4:
        for i in range(group):
            module = module + counts[i]
    slots = plan[3]
    gathered = x
    if plan[2] == 2:
        gathered = torch.index_select(x, 0, picks)
    wide = torch.to(gathered, 6)
    rows = wide.size(0) // slots
    width = plan[1] // slots
    a = torch.view(torch.narrow(whole_a, 0, plan[0], plan[1]), [slots, width * modules, wide.size(1)])
    inner = self.each(torch.view(wide, [slots, rows, wide.size(1)]), torch.transpose(a, 1, 2))
    if plan[2] == 1:
        # Selected, not multiplied: one tenant's infinity times zero would be another's NaN.
        own = torch.view(inner, [1, rows, width, modules])
        inner = torch.view(torch.masked_fill(own, torch.unsqueeze(picks, 2), 0), [1, rows, width * modules])
    if modules > 1:
        # Each module's part contiguous: a batched product of strided matrices falls back to one product a slot.
        split = torch.view(inner, [slots, rows, width, modules])
        inner = torch.contiguous(torch.permute(split, [3, 0, 1, 2]))
    else:
        inner = torch.unsqueeze(inner, 0)
    updates: List[Tensor] = []
    for i in range(modules):
        b = self.bank_b[module + i]
        if b.size(0) == 0:
            updates.append(torch.zeros([slots, rows, b.size(1)], dtype=6, device=x.device))
        else:
            ranks = torch.view(torch.narrow(b, 0, plan[0], plan[1]), [slots, width, b.size(1)])
            updates.append(self.each(torch.select(inner, 0, i), ranks))
    whole = updates[0] if modules == 1 else torch.cat(updates, 2)
    whole = torch.view(torch.to(whole, self.scalar), [slots * rows, whole.size(2)])
    if plan[2] == 2:
        whole = torch.index_select(whole, 0, places)
        if plan[5] == 1:
            whole = torch.masked_fill(whole, bare, 0)
    if plus is not None:
        whole = torch.add(whole, plus)
    return whole

def counts(self) -> List[int]:
    return [self.modules_0, self.modules_1, self.modules_2, self.modules_3, self.modules_4]

# A product for each slot: (slots, rows, in) x (slots, in, out).
def each(self, x: Tensor, w: Tensor) -> Tensor:
    if x.size(0) == 1:
        return torch.unsqueeze(torch.mm(torch.select(x, 0, 0), torch.select(w, 0, 0)), 0)
    return torch.bmm(x, w)

# The four kinds of layer with adapters and residual folded in.
def adapted(self, x: Tensor, w: Tensor, bias: Optional[Tensor], residual: Optional[Tensor], layer: int, group: int,
        plan: List[int], picks: Tensor, places: Tensor, bare: Tensor) -> Tensor:
    if self.special():
        if self.special_sites[4 * layer + (0 if group == 4 else group)] == 1:
            return self.specially_adapted(x, w, bias, residual, layer, group, plan, picks, places, bare)
    plus = self.update(x, residual, layer, group, plan, picks, places, bare)
    if plus is None:
        return self.product(x, w, bias)
    return self.product_plus(x, w, bias, plus)

# Makes room: every entry named by `used` (a flag an entry, a's then b's) gets `ranks` ranks, old content kept.
# sizes: in (five groups), out (one layer's modules, the head).
def widen(self, ranks: Tensor, used: Tensor, sizes: Tensor, like: Tensor) -> Tensor:
    count = int(ranks)
    flags = annotate(List[int], used.tolist())
    s = annotate(List[int], sizes.tolist())
    fresh = len(self.bank_a) == 0
    entries_a = 4 * self.layers + 1
    entries_b = self.modules * self.layers + 1
    a: List[Tensor] = []
    for i in range(entries_a):
        group = 4 if i == 4 * self.layers else i % 4
        shape = [count, self.counts()[group], s[group]]
        a.append(self.room(shape, flags[i] == 1, like, None if fresh else self.bank_a[i]))
    b: List[Tensor] = []
    for i in range(entries_b):
        module = self.modules if i == self.modules * self.layers else i % self.modules
        b.append(self.room([count, s[5 + module]], flags[entries_a + i] == 1, like, None if fresh else self.bank_b[i]))
    self.bank_a = a
    self.bank_b = b
    return ranks

def room(self, shape: List[int], used: bool, like: Tensor, old: Optional[Tensor]) -> Tensor:
    if not used:
        shape[0] = 0
        return torch.zeros(shape, dtype=6, device=like.device)
    fresh = torch.zeros(shape, dtype=6, device=like.device)
    if old is not None:
        kept = min(old.size(0), fresh.size(0))
        if kept > 0:
            _0 = torch.copy_(torch.narrow(fresh, 0, 0, kept), torch.narrow(old, 0, 0, kept))
    return fresh

# Starts with empty banks.
def clear_bank(self, like: Tensor) -> Tensor:
    self.bank_a = annotate(List[Tensor], [])
    self.bank_b = annotate(List[Tensor], [])
    return like

# Writes one adapter at an offset. entries: for every entry (a's, then b's) the position of its factor, or -1.
def place(self, offset: Tensor, width: Tensor, entries: Tensor, factors: List[Tensor]) -> Tensor:
    at = int(offset)
    count = int(width)
    where = annotate(List[int], entries.tolist())
    for i in range(len(where)):
        bank = self.bank_a[i] if i < len(self.bank_a) else self.bank_b[i - len(self.bank_a)]
        if bank.size(0) > 0:
            range_ = torch.narrow(bank, 0, at, count)
            if where[i] >= 0:
                _0 = torch.copy_(range_, factors[where[i]])
            else:
                _1 = torch.zero_(range_)
    return offset
