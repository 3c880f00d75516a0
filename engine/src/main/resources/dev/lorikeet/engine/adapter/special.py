# What adapters do besides low-rank updates of linear layers. Rows that use such an adapter have its number (from 1) in
# `kinds`; number 0 is everybody else.
# A site is a group of a layer (4 * layer + group), then the head (4 * layers), then the embedding (4 * layers + 1).
# special_sites: a flag a site, whether anything is done there.
# special_input, special_scale, special_bias: an entry a site, (numbers, width) or empty: factors of what goes in, factors
# of what comes out, what is added to it. Row 0 leaves everything as it is.
# special_norms: an entry a norm's weight (two a layer, the last), then an entry a norm's bias, (numbers, hidden) or empty;
# row 0 is the base's.
# special_own: matrices of single adapters, float32. special_entries: eight numbers each: number, what, first column,
# columns, first of its matrices in special_own, two settings, -; by site, special_starts (sites + 1) says where.
# What: 0 own weight (out, in) for the columns; 1 routed update: a (ranks, in), b (columns, ranks), router (experts, in),
# settings experts and how many are kept; 2 bottleneck on the output: down, its bias, up, its bias; and of the embedding: 3
# update: a transposed (vocabulary, rank), b (hidden, rank); 4 rows of tokens: ids, rows; 5 a whole matrix; 6 a prompt
# (virtual tokens, hidden), whose tokens have ids from `vocabulary` on; of the head 7: rows of tokens: ids, rows.

# Forgets all adapters.
def clear_special(self, like: Tensor) -> Tensor:
    none = annotate(List[Tensor], [])
    self.special_input = none
    self.special_scale = none
    self.special_bias = none
    self.special_norms = none
    self.special_own = annotate(List[Tensor], [])
    return like

# Puts an adapter of a number behind the others: its tables are two rows each, first what leaves all as it is, or empty.
def join_special(self, number: Tensor, input: List[Tensor], scale: List[Tensor], bias: List[Tensor],
        norms: List[Tensor], own: List[Tensor]) -> Tensor:
    self.special_input = self.joined(self.special_input, input, int(number))
    self.special_scale = self.joined(self.special_scale, scale, int(number))
    self.special_bias = self.joined(self.special_bias, bias, int(number))
    self.special_norms = self.joined(self.special_norms, norms, int(number))
    for matrix in own:
        self.special_own.append(matrix)
    return number

# Tables of `count` rows, or empty, with one row more. Adapters without a table of their own leave all as it is.
def joined(self, tables: List[Tensor], fresh: List[Tensor], count: int) -> List[Tensor]:
    result: List[Tensor] = []
    for i in range(len(fresh)):
        own = fresh[i]
        before = own
        known = len(tables) > 0
        if known:
            known = tables[i].size(0) > 0
        if known:
            before = tables[i]
        if before.size(0) > 0:
            plain = torch.narrow(before, 0, 0, 1)
            last = plain
            if own.size(0) > 0:
                last = torch.narrow(own, 0, 1, 1)
            if not known:
                before = torch.expand(plain, [count, plain.size(1)])
            before = torch.cat([before, last])
        result.append(before)
    return result

# What is done where, by all adapters together.
def index_special(self, entries: Tensor, starts: Tensor, sites: Tensor) -> Tensor:
    self.special_entries = annotate(List[int], entries.tolist())
    self.special_starts = annotate(List[int], starts.tolist())
    self.special_sites = annotate(List[int], sites.tolist())
    return entries

# Which rows are whose: kinds (rows). A single -1 says that no row has such an adapter.
def meet_special(self, kinds: Tensor) -> Tensor:
    if kinds.size(0) == 1 and int(kinds) < 0:
        self.special_kinds = annotate(List[Tensor], [])
    else:
        # A copy: the array may alias memory that goes away.
        own = torch.clone(kinds)
        self.special_kinds = [own, own]
    return kinds

def special(self) -> bool:
    return len(self.special_kinds) > 0

# The rows that the head computes are some of all.
def meet_head(self, wanted: Tensor) -> int:
    if self.special():
        self.special_kinds[1] = torch.index_select(self.special_kinds[0], 0, wanted)
    return 0

def rows_of(self, kinds: Tensor, number: int) -> Tensor:
    return torch.view(torch.nonzero(torch.eq(kinds, number)), [-1])

def table(self, tables: List[Tensor], site: int, kinds: Tensor) -> Tensor:
    return torch.index_select(tables[site], 0, kinds)

# Weight of a norm for each row, or the base's for all.
def norm_weight(self, norm: int, weight: Tensor, head: bool) -> Tensor:
    if not self.special() or self.special_norms[norm].size(0) == 0:
        return weight
    return torch.to(self.table(self.special_norms, norm, self.special_kinds[1 if head else 0]), self.scalar)

# The same of its bias.
def norm_bias(self, norm: int, bias: Tensor, head: bool) -> Tensor:
    return self.norm_weight(2 * self.layers + 1 + norm, bias, head)

# Vectors of tokens, x (rows, hidden) being the base's with tokens beyond its vocabulary cut to the last one.
def specially_embedded(self, x: Tensor, tokens: Tensor) -> Tensor:
    site = 4 * self.layers + 1
    if not self.special() or self.special_sites[site] == 0:
        return x
    vocabulary = self.vocabulary
    changed = torch.clone(x)
    for i in range(self.special_starts[site], self.special_starts[site + 1]):
        at = 8 * i
        rows = self.rows_of(self.special_kinds[0], self.special_entries[at])
        if rows.size(0) > 0:
            own = torch.index_select(tokens, 0, rows)
            what = self.special_entries[at + 1]
            matrix = self.special_own[self.special_entries[at + 4]]
            if what == 3:
                inner = torch.index_select(matrix, 0, torch.clamp(own, max=vocabulary - 1))
                added = torch.mm(inner, torch.t(self.special_own[self.special_entries[at + 4] + 1]))
                _0 = torch.index_add_(changed, 0, rows, torch.to(added, self.scalar))
            elif what == 4:
                hits = torch.nonzero(torch.eq(torch.unsqueeze(own, 1), torch.unsqueeze(torch.to(matrix, 4), 0)))
                fresh = torch.index_select(self.special_own[self.special_entries[at + 4] + 1], 0, torch.select(hits, 1, 1))
                which = torch.select(hits, 1, 0)
                _1 = self.replace(changed, torch.index_select(rows, 0, which), torch.index_select(own, 0, which), fresh)
            elif what == 5:
                text = torch.view(torch.nonzero(torch.lt(own, vocabulary)), [-1])
                ids = torch.index_select(own, 0, text)
                _2 = self.replace(changed, torch.index_select(rows, 0, text), ids, torch.index_select(matrix, 0, ids))
            else:
                virtual = torch.view(torch.nonzero(torch.ge(own, vocabulary)), [-1])
                ids = torch.index_select(own, 0, virtual)
                fresh = torch.index_select(matrix, 0, torch.sub(ids, vocabulary))
                _3 = self.replace(changed, torch.index_select(rows, 0, virtual),
                    torch.clamp(ids, max=vocabulary - 1), fresh)
    return changed

# Puts fresh token vectors in the place of the base's, positions kept where a family has added them already.
def replace(self, x: Tensor, rows: Tensor, tokens: Tensor, fresh: Tensor) -> int:
    if self.rotary:
        _0 = torch.index_copy_(x, 0, rows, torch.to(fresh, self.scalar))
    else:
        if self.looked_up:
            old = torch.index_select(self.special_base[0], 0, rows)
        else:
            old = torch.to(torch.index_select(self.top[0], 0, tokens), 6)
        _1 = torch.index_add_(x, 0, rows, torch.to(torch.sub(fresh, old), self.scalar))
    return 0

# A linear layer with all that adapters do to it: as `adapted`.
def specially_adapted(self, x: Tensor, w: Tensor, bias: Optional[Tensor], residual: Optional[Tensor], layer: int,
        group: int, plan: List[int], picks: Tensor, places: Tensor, bare: Tensor) -> Tensor:
    site = 4 * layer + (0 if group == 4 else group)
    kinds = self.special_kinds[1 if group == 4 else 0]
    entering = x
    if self.special_input[site].size(0) > 0:
        entering = torch.to(torch.mul(x, self.table(self.special_input, site, kinds)), self.scalar)
    y = self.product(entering, w, bias)
    y = self.with_own_weights(y, entering, bias, site, kinds)
    if self.special_scale[site].size(0) > 0:
        y = torch.to(torch.mul(y, self.table(self.special_scale, site, kinds)), self.scalar)
    updated = self.update(x, y, layer, group, plan, picks, places, bare)
    if updated is not None:
        y = updated
    y = self.routed(y, x, site, kinds)
    if self.special_bias[site].size(0) > 0:
        y = torch.to(torch.add(y, self.table(self.special_bias, site, kinds)), self.scalar)
    y = self.narrowed(y, site, kinds)
    y = self.with_head_rows(y, x, site, kinds)
    if residual is not None:
        y = torch.add(y, residual)
    return y

def with_own_weights(self, y: Tensor, x: Tensor, bias: Optional[Tensor], site: int, kinds: Tensor) -> Tensor:
    changed = y
    copied = False
    for i in range(self.special_starts[site], self.special_starts[site + 1]):
        at = 8 * i
        if self.special_entries[at + 1] == 0:
            rows = self.rows_of(kinds, self.special_entries[at])
            if rows.size(0) > 0:
                own = torch.mm(torch.to(torch.index_select(x, 0, rows), 6),
                    torch.t(self.special_own[self.special_entries[at + 4]]))
                first = self.special_entries[at + 2]
                if bias is not None:
                    own = torch.add(own, torch.narrow(bias, 0, first, own.size(1)))
                if not copied:
                    changed = torch.clone(y)
                    copied = True
                target = torch.narrow(changed, 1, first, own.size(1))
                _0 = torch.index_copy_(target, 0, rows, torch.to(own, self.scalar))
    return changed

def routed(self, y: Tensor, x: Tensor, site: int, kinds: Tensor) -> Tensor:
    for i in range(self.special_starts[site], self.special_starts[site + 1]):
        at = 8 * i
        if self.special_entries[at + 1] == 1:
            rows = self.rows_of(kinds, self.special_entries[at])
            if rows.size(0) > 0:
                first = self.special_entries[at + 4]
                own = torch.to(torch.index_select(x, 0, rows), 6)
                gates = self.gates(torch.mm(own, torch.t(self.special_own[first + 2])), self.special_entries[at + 6])
                inner = torch.mm(own, torch.t(self.special_own[first]))
                experts = self.special_entries[at + 5]
                split = torch.view(inner, [inner.size(0), experts, inner.size(1) // experts])
                inner = torch.reshape(torch.mul(split, torch.unsqueeze(gates, 2)), inner.size())
                added = torch.to(torch.mm(inner, torch.t(self.special_own[first + 1])), self.scalar)
                target = torch.narrow(y, 1, self.special_entries[at + 2], added.size(1))
                _0 = torch.index_add_(target, 0, rows, added)
    return y

# Softmax over experts, the largest kept and divided by their sum: scores (rows, experts).
def gates(self, scores: Tensor, kept: int) -> Tensor:
    shares = torch.softmax(scores, 1)
    best, which = torch.topk(shares, kept, 1)
    return torch.scatter(torch.zeros_like(shares), 1, which, torch.div(best, torch.sum(best, [1], True)))

def narrowed(self, y: Tensor, site: int, kinds: Tensor) -> Tensor:
    for i in range(self.special_starts[site], self.special_starts[site + 1]):
        at = 8 * i
        if self.special_entries[at + 1] == 2:
            rows = self.rows_of(kinds, self.special_entries[at])
            if rows.size(0) > 0:
                first = self.special_entries[at + 4]
                own = torch.to(torch.index_select(y, 0, rows), 6)
                inner = torch.relu(torch.linear(own, self.special_own[first], self.special_own[first + 1]))
                added = torch.linear(inner, self.special_own[first + 2], self.special_own[first + 3])
                _0 = torch.index_add_(y, 0, rows, torch.to(added, self.scalar))
    return y

# Logits of tokens that an adapter has rows of the head of its own for.
def with_head_rows(self, y: Tensor, x: Tensor, site: int, kinds: Tensor) -> Tensor:
    for i in range(self.special_starts[site], self.special_starts[site + 1]):
        at = 8 * i
        if self.special_entries[at + 1] == 7:
            rows = self.rows_of(kinds, self.special_entries[at])
            if rows.size(0) > 0:
                first = self.special_entries[at + 4]
                ids = torch.to(self.special_own[first], 4)
                fresh = torch.mm(torch.to(torch.index_select(x, 0, rows), 6), torch.t(self.special_own[first + 1]))
                own = torch.index_copy(torch.index_select(y, 0, rows), 1, ids, torch.to(fresh, self.scalar))
                _0 = torch.index_copy_(y, 0, rows, own)
    return y
