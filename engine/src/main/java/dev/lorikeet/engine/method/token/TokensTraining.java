package dev.lorikeet.engine.method.token;

import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.TrainedMethod;

/** The training of single tokens' embeddings, which begin as the base's. */
final class TokensTraining implements TrainedMethod {
    private final TokensConfig config;
    private final ModelConfig model;
    private final FlatLayout layout;

    TokensTraining(TokensConfig config, ModelConfig model) {
        this.config = config;
        this.model = model;
        this.layout = FlatLayout.inOrder(config.tensors(model));
    }

    @Override
    public ScriptSource script() {
        return TokenRows.script().and(TokensTraining.class, "tokens.py").constant("own_head", model.tiedHead());
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    @Override
    public long[] index() {
        return config.rows().tokens().stream().mapToLong(Integer::longValue).toArray();
    }

    @Override
    public float[] initial(long seed, BaseWeights base) {
        return config.rows().initial(model, base);
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        return new StoredAdapter(config, layout.tensors(values));
    }
}
