package dev.lorikeet.engine.decode;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.adapter.AdapterBank;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.image.Patches;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.Script;
import dev.lorikeet.engine.script.ScriptSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Advances many sequences over one base model together, each with an adapter of its own or none. One thread owns it.
 *
 * <p>A step takes a plan: which sequences take in how many of their pending tokens. Sequences that take one token (decode)
 * run as one batch; those that take more (prefill, whole or in chunks) run as another in the same step. A sequence's
 * result does not depend on what else is in the step, up to rounding.
 */
public final class Decoder implements AutoCloseable {
    private final BaseModel model;
    private final Script script;
    private final NDManager manager;
    private final AdapterBank bank;
    private final KeyValueCache cache;
    private final int contextLength;
    private final Pictures pictures;

    private boolean closed;

    /**
     * @param maxSequences sequences open at once
     * @param contextLength tokens of the longest one, at most what the model was made for
     */
    public Decoder(BaseModel model, int maxSequences, int contextLength) {
        if (maxSequences < 1) {
            throw new IllegalArgumentException("maxSequences must be at least 1, not " + maxSequences);
        }
        if (contextLength < 1 || contextLength > model.config().contextLength()) {
            throw new IllegalArgumentException("contextLength must be 1 to the model's "
                    + model.config().contextLength() + ", not " + contextLength);
        }
        if (model.config().blueprint().encoder()) {
            throw new IllegalArgumentException("base model " + model.name() + " is an encoder ("
                    + model.config().family().modelType() + "): it continues no text");
        }
        this.model = model;
        this.contextLength = contextLength;
        ScriptSource own = ScriptSource.of(Decoder.class, "decode.py")
                .and(AdapterBank.source())
                .and(Pictures.source())
                .tensorList("keys")
                .tensorList("values");
        this.script = model.compile(own);
        this.manager = model.newManager();
        this.bank = new AdapterBank(script, model);
        this.cache = new KeyValueCache(script, manager, maxSequences, contextLength);
        this.pictures = new Pictures(script, manager);
    }

    /** Sequences that may be opened now. */
    public int freeSlots() {
        return cache.freeSlots();
    }

    /** Tokens that a sequence may have, prompt included. */
    public int contextLength() {
        return contextLength;
    }

    /** Bytes that keys and values take now. */
    public long cacheBytes() {
        return cache.bytes(model.config(), model.precision());
    }

    /**
     * Opens a sequence; its prompt is pending.
     *
     * @throws IllegalArgumentException if the prompt is empty, longer than the context, or holds an id outside of the
     *     vocabulary, or the adapter is another model's, or reads pictures
     * @throws IllegalStateException if no slot is free
     */
    public Sequence open(int[] prompt, @Nullable ResidentAdapter adapter, SamplingOptions sampling) {
        return open(prompt, adapter, null, sampling);
    }

    /**
     * Opens a sequence behind a picture.
     *
     * @param picture cut as the adapter wants it; null for an adapter that reads none
     * @throws IllegalArgumentException as the other, and if the adapter wants another picture, or one where there is none
     * @throws IllegalStateException if no slot is free
     */
    public Sequence open(
            int[] prompt, @Nullable ResidentAdapter adapter, @Nullable Patches picture, SamplingOptions sampling) {
        requireOpen();
        Pictures.require(adapter, picture);
        if (prompt.length == 0) {
            throw new IllegalArgumentException("the prompt is empty");
        }
        if (adapter != null && adapter.model() != model) {
            throw new IllegalArgumentException("the adapter is attached to another base model");
        }
        int before = adapter == null ? 0 : adapter.positionsBefore();
        if (prompt.length > contextLength - before) {
            throw new IllegalArgumentException("the prompt of " + prompt.length + " tokens does not fit a context of "
                    + contextLength + (before == 0 ? "" : ", of which the adapter takes " + before));
        }
        for (int token : prompt) {
            if (token < 0 || token >= model.config().vocabularySize()) {
                throw new IllegalArgumentException("the prompt holds token " + token + ", outside of the vocabulary of "
                        + model.config().vocabularySize());
            }
        }
        return cache.take(slot -> new Sequence(prompt, adapter, picture, new Sampler(sampling), slot));
    }

    /**
     * Takes in tokens.
     *
     * @param plan at most one entry a sequence
     * @return for each sequence that has nothing pending any more, in the plan's order, the token that follows; it is
     *     pending from now on
     * @throws IllegalArgumentException if a sequence is closed, broken, named twice, or would outgrow the context
     */
    public List<NextToken> step(List<Feed> plan) {
        requireOpen();
        int longest = longestOf(plan);
        prepare(plan.stream().map(Feed::sequence).toList(), longest);
        List<Feed> single = new ArrayList<>();
        List<Feed> several = new ArrayList<>();
        for (Feed feed : plan) {
            (feed.rows() == 1 ? single : several).add(feed);
        }
        // Slots in order make the cache's rows adjacent, which saves a copy a layer.
        single.sort(Comparator.comparingInt(feed -> feed.sequence().slot()));
        List<NextToken> next = new ArrayList<>();
        if (!single.isEmpty()) {
            next.addAll(run(Batch.decode(single)));
        }
        if (!several.isEmpty()) {
            next.addAll(run(Batch.prefill(several)));
        }
        return inOrder(plan, next);
    }

    /** Tokens of the longest sequence behind the plan, every entry of which was found possible. */
    private int longestOf(List<Feed> plan) {
        Set<Sequence> seen = new HashSet<>();
        int longest = 0;
        for (Feed feed : plan) {
            Sequence sequence = feed.sequence();
            if (!cache.holds(sequence)) {
                throw new IllegalArgumentException("a sequence of the plan is not open here");
            }
            if (!seen.add(sequence)) {
                throw new IllegalArgumentException("a sequence is twice in the plan");
            }
            if (feed.tokens() > sequence.pending()) {
                throw new IllegalArgumentException(
                        "a feed of " + feed.tokens() + " tokens, " + sequence.pending() + " pending");
            }
            if (sequence.cachedAfter(feed.tokens()) > contextLength) {
                throw new IllegalArgumentException("a sequence outgrows the context of " + contextLength + " tokens");
            }
            longest = Math.max(longest, sequence.cachedAfter(feed.tokens()));
        }
        return longest;
    }

    /** Makes room in the cache, and puts there what adapters put before the text. */
    private void prepare(List<Sequence> sequences, int longest) {
        cache.reach(longest);
        sequences.forEach(this::precede);
    }

    /** Writes what an adapter puts before the text into the cache, once. */
    private void precede(Sequence sequence) {
        ResidentAdapter adapter = sequence.adapter();
        Effects.Prefix prefix = adapter == null ? null : adapter.prefix();
        if (prefix == null || !sequence.fresh() || sequence.cached() > 0) {
            return;
        }
        ModelConfig config = model.config();
        try (NDManager scope = manager.newSubManager()) {
            Shape shape = new Shape(config.layers(), config.keyValueHeads(), prefix.tokens(), config.headSize());
            script.call(
                    scope,
                    "precede",
                    Script.Mode.NO_GRADIENT,
                    scope.create((long) sequence.slot()),
                    scope.create(prefix.keys(), shape),
                    scope.create(prefix.values(), shape));
        }
        sequence.preceded();
    }

    private List<NextToken> run(Batch batch) {
        try (NDManager scope = manager.newSubManager()) {
            NDList results = call(scope, batch);
            List<Feed> finished = batch.finished();
            for (Feed feed : batch.feeds()) {
                feed.sequence().advance(feed.tokens());
            }
            if (finished.isEmpty()) {
                return List.of();
            }
            long[] picks = results.get(1).toLongArray();
            float[] logProbabilities = results.get(2).toFloatArray();
            List<NextToken> next = new ArrayList<>();
            for (int i = 0; i < finished.size(); i++) {
                next.add(next(finished.get(i).sequence(), results.get(0), i, (int) picks[i], logProbabilities[i]));
            }
            return next;
        }
    }

    private NDList call(NDManager scope, Batch batch) {
        // The head's rows are fewer than the layers', so they have a selection of their own.
        List<NDArray> layers = bank.select(batch.adapters()).arguments();
        List<NDArray> head = batch.wantsAllRows() ? layers : headSelection(scope, batch);
        long[] tokens = batch.tokens(model.config().vocabularySize());
        pictures.show(batch);
        return script.call(
                scope,
                "step",
                Script.Mode.INFERENCE,
                scope.create(tokens),
                model.vectors(scope, tokens),
                scope.create(batch.positions()),
                scope.create(batch.slots()),
                scope.create(batch.wanted()),
                scope.create(batch.layout()),
                layers.get(0),
                layers.get(1),
                layers.get(2),
                layers.get(3),
                head.get(0),
                head.get(1),
                head.get(2),
                head.get(3));
    }

    private List<NDArray> headSelection(NDManager scope, Batch batch) {
        List<@Nullable ResidentAdapter> rows = batch.adapters();
        List<@Nullable ResidentAdapter> wanted = new ArrayList<>();
        for (long row : batch.wanted()) {
            wanted.add(rows.get(Math.toIntExact(row)));
        }
        return bank.plan(scope, wanted);
    }

    /** @param best the likeliest token, with its log-probability */
    private static NextToken next(Sequence sequence, NDArray logits, int row, int best, float bestLogProbability) {
        if (!Float.isFinite(bestLogProbability)) {
            sequence.broke();
            return new NextToken(sequence, -1, Float.NaN);
        }
        int token = best;
        float logProbability = bestLogProbability;
        if (!sequence.sampler().plainGreedy()) {
            float[] values = logits.get(row).toFloatArray();
            float bestLogit = values[best];
            float[] original = values.clone();
            token = sequence.sampler().next(values, sequence.length(), sequence::token);
            logProbability = original[token] - bestLogit + bestLogProbability;
        }
        sequence.append(token);
        return new NextToken(sequence, token, logProbability);
    }

    private static List<NextToken> inOrder(List<Feed> plan, List<NextToken> next) {
        List<NextToken> ordered = new ArrayList<>(next.size());
        for (Feed feed : plan) {
            for (NextToken token : next) {
                if (token.sequence() == feed.sequence()) {
                    ordered.add(token);
                }
            }
        }
        return ordered;
    }

    /**
     * The logits at every position of several texts, computed together as a prefill: for checks against a reference.
     *
     * @param texts token ids
     * @param adapters one entry a text
     * @return for each text (positions * vocabulary), in C order; an adapter's virtual tokens are positions in front
     */
    public List<float[]> logits(List<int[]> texts, List<@Nullable ResidentAdapter> adapters) {
        return logits(texts, adapters, Collections.nCopies(texts.size(), null));
    }

    /**
     * The same of texts behind pictures.
     *
     * @param pictures one entry a text, null where the adapter reads none; its patches are positions in front
     */
    public List<float[]> logits(
            List<int[]> texts, List<@Nullable ResidentAdapter> adapters, List<@Nullable Patches> pictures) {
        requireOpen();
        List<Sequence> sequences = new ArrayList<>();
        try (NDManager scope = manager.newSubManager()) {
            List<Feed> feeds = new ArrayList<>();
            int longest = 0;
            for (int i = 0; i < texts.size(); i++) {
                Sequence sequence = open(texts.get(i), adapters.get(i), pictures.get(i), SamplingOptions.GREEDY);
                sequences.add(sequence);
                feeds.add(new Feed(sequence, texts.get(i).length));
                longest = Math.max(longest, sequence.cachedAfter(texts.get(i).length));
            }
            prepare(sequences, longest);
            Batch batch = Batch.prefill(feeds).wantingAll();
            float[] all = call(scope, batch).get(0).toFloatArray();
            List<float[]> parts = new ArrayList<>();
            int from = 0;
            for (Feed feed : feeds) {
                int size = feed.rows() * model.config().vocabularySize();
                feed.sequence().advance(feed.tokens());
                parts.add(java.util.Arrays.copyOfRange(all, from, from + size));
                from += size;
            }
            return parts;
        } finally {
            sequences.forEach(this::close);
        }
    }

    /** Ends a sequence and frees its slot; closing it again does nothing. */
    public void close(Sequence sequence) {
        if (!closed && cache.holds(sequence)) {
            cache.release(sequence);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the decoder is closed");
        }
    }

    /** Frees the cache; sequences still open are gone. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            bank.close();
            manager.close();
            script.close();
        }
    }
}
