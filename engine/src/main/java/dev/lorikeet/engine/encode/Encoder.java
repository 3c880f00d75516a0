package dev.lorikeet.engine.encode;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.lorikeet.engine.adapter.AdapterBank;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.Script;
import dev.lorikeet.engine.script.ScriptSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Classifies and embeds texts with one base encoder, each text with an adapter of its own or none, all in one batch. One
 * thread owns it. A text's result does not depend on what else is in the batch, up to rounding.
 */
public final class Encoder implements AutoCloseable {
    private final BaseModel model;
    private final Script script;
    private final NDManager manager;
    private final AdapterBank bank;
    private boolean closed;

    /** @throws IllegalArgumentException if the model is no encoder */
    public Encoder(BaseModel model) {
        if (!model.config().blueprint().encoder()) {
            throw new IllegalArgumentException("base model " + model.name() + " is no encoder but a "
                    + model.config().family().modelType());
        }
        this.model = model;
        this.script = model.compile(ScriptSource.of(Encoder.class, "encode.py").and(AdapterBank.source()));
        this.manager = model.newManager();
        this.bank = new AdapterBank(script, model);
    }

    /**
     * Reads texts.
     *
     * @param adapters one entry a text, null for the base
     * @return one entry a text
     * @throws IllegalArgumentException if a text is longer than the model's context or holds an id or a type that the
     *     model lacks, or an adapter is another model's
     */
    public List<Encoding> encode(List<Text> texts, List<@Nullable ResidentAdapter> adapters) {
        if (closed) {
            throw new IllegalStateException("the encoder is closed");
        }
        if (adapters.size() != texts.size()) {
            throw new IllegalArgumentException(texts.size() + " texts with " + adapters.size() + " adapters");
        }
        if (texts.isEmpty()) {
            return List.of();
        }
        texts.forEach(this::check);
        for (ResidentAdapter adapter : adapters) {
            if (adapter != null && adapter.positionsBefore() > 0) {
                throw new IllegalArgumentException("an adapter that puts tokens before a text cannot be used here");
            }
        }
        Batch batch = new Batch(texts, model.config());
        try (NDManager scope = manager.newSubManager()) {
            List<NDArray> arguments = new ArrayList<>(batch.arrays(scope));
            arguments.addAll(bank.select(batch.rows(adapters)).arguments());
            NDList states = script.call(scope, "encode", Script.Mode.INFERENCE, arguments.toArray());
            List<float[]> logits = logits(scope, states.get(0), adapters);
            float[] firsts = states.get(0).toFloatArray();
            float[] means = states.get(1).toFloatArray();
            int hidden = model.config().hiddenSize();
            List<Encoding> encodings = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                encodings.add(new Encoding(logits.get(i), slice(firsts, i, hidden), slice(means, i, hidden)));
            }
            return encodings;
        }
    }

    /** Of each text, by its own classifier. */
    private List<float[]> logits(NDManager scope, NDArray firsts, List<@Nullable ResidentAdapter> adapters) {
        List<float[]> logits = new ArrayList<>();
        for (int i = 0; i < adapters.size(); i++) {
            ResidentAdapter adapter = adapters.get(i);
            List<NDArray> classifier =
                    adapter == null || adapter.classifier().isEmpty() ? model.classifier() : adapter.classifier();
            if (classifier.isEmpty()) {
                logits.add(new float[0]);
                continue;
            }
            NDArray text = scope.create((long) i);
            logits.add(script.call(
                            scope,
                            "classify",
                            Script.Mode.INFERENCE,
                            firsts,
                            text,
                            classifier.get(0),
                            classifier.get(1),
                            classifier.get(2),
                            classifier.get(3))
                    .singletonOrThrow()
                    .toFloatArray());
        }
        return logits;
    }

    private void check(Text text) {
        ModelConfig config = model.config();
        if (text.tokens().length > config.contextLength()) {
            throw new IllegalArgumentException("a text of " + text.tokens().length
                    + " tokens does not fit the model's context of " + config.contextLength());
        }
        int types = config.tokenTypes();
        for (int i = 0; i < text.tokens().length; i++) {
            int token = text.tokens()[i];
            if (token < 0 || token >= config.vocabularySize()) {
                throw new IllegalArgumentException(
                        "a text holds token " + token + ", outside of the vocabulary of " + config.vocabularySize());
            }
            int type = text.types()[i];
            if (type < 0 || type >= Math.max(1, types)) {
                throw new IllegalArgumentException("a text holds token type " + type + " of " + types);
            }
        }
    }

    private static float[] slice(float[] rows, int row, int width) {
        return java.util.Arrays.copyOfRange(rows, row * width, (row + 1) * width);
    }

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
