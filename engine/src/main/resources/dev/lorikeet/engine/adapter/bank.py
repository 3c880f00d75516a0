# Many LoRA adapters at once. A bank holds the factors of every adapter that a batch uses, side by side: adapter i owns
# the ranks [offset, offset + width) of all of its matrices. A step works on the range of ranks that its rows use; a
# row's own ranks are picked by a mask, so rows need no order and no segments.
# Groups of modules that read the same input: 0 q k v, 1 o, 2 gate up, 3 down; entry 4 * layers is the head.
# bank_a: an entry a group and layer (4 * layer + group): (ranks, modules of the group, in).
# bank_b: an entry a module and layer (7 * layer + module; last the head): (ranks, out), scaling folded in.
# An entry that no adapter needs has no ranks at all.

# plan: 0 first rank, 1 ranks (0: no adapters), 2 whether rows differ, then a flag for each of the five groups.
# x (rows, in), plus (rows, out) or None, mask (rows, ranks) -> the updates plus `plus`, or `plus` itself.
def update(self, x: Tensor, plus: Optional[Tensor], layer: int, group: int, plan: List[int], mask: Tensor
        ) -> Optional[Tensor]:
    if plan[1] == 0 or plan[3 + group] == 0:
        return plus
    modules = [3, 1, 2, 1, 1][group]
    module = 7 * layer + [0, 3, 4, 6, 0][group]
    whole_a = self.bank_a[4 * layer + (0 if group == 4 else group)]
    if whole_a.size(0) == 0:
        return plus
    a = torch.narrow(whole_a, 0, plan[0], plan[1])
    inner = torch.mm(x, torch.t(torch.view(a, [plan[1] * modules, a.size(2)])))
    if modules == 1:
        if plan[2] == 1:
            # Selected, not multiplied: one tenant's infinity times zero would be another's NaN.
            inner = torch.masked_fill(inner, mask, 0)
        b = torch.narrow(self.bank_b[module], 0, plan[0], plan[1])
        if plus is None:
            return torch.mm(inner, b)
        return torch.addmm(plus, inner, b)
    split = torch.view(inner, [x.size(0), plan[1], modules])
    if plan[2] == 1:
        split = torch.masked_fill(split, torch.unsqueeze(mask, 2), 0)
    updates: List[Tensor] = []
    for i in range(modules):
        b = self.bank_b[module + i]
        if b.size(0) == 0:
            updates.append(torch.zeros([x.size(0), b.size(1)], dtype=self.scalar, device=x.device))
        else:
            updates.append(torch.mm(torch.select(split, 2, i), torch.narrow(b, 0, plan[0], plan[1])))
    whole = torch.cat(updates, 1)
    if plus is None:
        return whole
    return torch.add(whole, plus)

# The four kinds of layer with adapters and residual folded in.
def adapted(self, x: Tensor, w: Tensor, bias: Optional[Tensor], residual: Optional[Tensor], layer: int, group: int,
        plan: List[int], mask: Tensor) -> Tensor:
    plus = self.update(x, residual, layer, group, plan, mask)
    if plus is None:
        return self.product(x, w, bias)
    return self.product_plus(x, w, bias, plus)

# Makes room: every entry named by `used` (a flag an entry, a's then b's) gets `ranks` ranks, old content kept.
# sizes: in (five groups), out (eight modules).
def widen(self, ranks: Tensor, used: Tensor, sizes: Tensor, like: Tensor) -> Tensor:
    count = int(ranks)
    flags = annotate(List[int], used.tolist())
    s = annotate(List[int], sizes.tolist())
    fresh = len(self.bank_a) == 0
    entries_a = 4 * self.layers + 1
    entries_b = 7 * self.layers + 1
    a: List[Tensor] = []
    for i in range(entries_a):
        group = 4 if i == 4 * self.layers else i % 4
        shape = [count, [3, 1, 2, 1, 1][group], s[group]]
        a.append(self.room(shape, flags[i] == 1, like, None if fresh else self.bank_a[i]))
    b: List[Tensor] = []
    for i in range(entries_b):
        module = 7 if i == 7 * self.layers else i % 7
        b.append(self.room([count, s[5 + module]], flags[entries_a + i] == 1, like, None if fresh else self.bank_b[i]))
    self.bank_a = a
    self.bank_b = b
    return ranks

def room(self, shape: List[int], used: bool, like: Tensor, old: Optional[Tensor]) -> Tensor:
    if not used:
        shape[0] = 0
        return torch.zeros(shape, dtype=self.scalar, device=like.device)
    fresh = torch.zeros(shape, dtype=self.scalar, device=like.device)
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
