package dev.lorikeet.engine.method.token;

import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.UnsupportedTargetException;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import java.util.HashSet;
import java.util.List;

/**
 * Tokens whose embeddings are an adapter's own, as PEFT's trainable tokens: whole rows, not differences. Where the head
 * is tied to the embedding, its rows of these tokens are the same.
 *
 * @param tokens ids, each once; the rows' order
 */
public record TokenRows(List<Integer> tokens) {
    /** No token. */
    public static final TokenRows NONE = new TokenRows(List.of());

    private static final String WEIGHT = ".weight";

    public TokenRows {
        tokens = List.copyOf(tokens);
        if (new HashSet<>(tokens).size() < tokens.size()) {
            throw new IllegalArgumentException("a trainable token is named twice: " + tokens);
        }
        for (int token : tokens) {
            if (token < 0) {
                throw new IllegalArgumentException("a trainable token has the id " + token);
            }
        }
    }

    /** Whether there is none. */
    public boolean none() {
        return tokens.isEmpty();
    }

    /**
     * Checks that a model has these tokens.
     *
     * @throws UnsupportedTargetException over an encoder
     * @throws IllegalArgumentException if a token is outside of the vocabulary
     */
    public void requireFor(ModelConfig model) {
        if (model.blueprint().encoder()) {
            throw new UnsupportedTargetException("trainable tokens are computed over decoders alone, not over a "
                    + model.family().modelType());
        }
        for (int token : tokens) {
            if (token >= model.vocabularySize()) {
                throw new IllegalArgumentException(
                        "trainable token " + token + " is outside of the vocabulary of " + model.vocabularySize());
            }
        }
    }

    /** The base's rows (tokens, hidden), which training begins with. */
    public float[] initial(ModelConfig model, BaseWeights base) {
        int hidden = model.hiddenSize();
        float[] table = base.floats(model.blueprint().embedding() + WEIGHT);
        float[] rows = new float[tokens.size() * hidden];
        for (int i = 0; i < tokens.size(); i++) {
            System.arraycopy(table, tokens.get(i) * hidden, rows, i * hidden, hidden);
        }
        return rows;
    }

    /**
     * Other effects, which leave embedding and head alone, with these rows.
     *
     * @param rows (tokens, hidden)
     */
    public Effects addTo(Effects others, float[] rows, ModelConfig model) {
        int[] ids = tokens.stream().mapToInt(Integer::intValue).toArray();
        return others.withEmbedding(new Effects.EmbeddingEffect.Rows(ids, rows, model.tiedHead()));
    }

    /** Methods of a script that put rows in their place. */
    public static ScriptSource script() {
        return ScriptSource.of(TokenRows.class, "rows.py");
    }
}
