package dev.lorikeet.engine.method.prompt;

import dev.lorikeet.engine.adapter.BaseWeights;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.train.FlatLayout;
import dev.lorikeet.engine.train.Seeds;
import dev.lorikeet.engine.train.TrainedMethod;
import java.util.List;
import java.util.random.RandomGenerator;

/** Prompt tuning: the embeddings themselves are trained. */
final class PromptTraining implements TrainedMethod {
    private final PromptConfig config;
    private final PromptStart start;
    private final FlatLayout layout;
    private final int hidden;
    private final int vocabulary;
    private final String embedding;

    PromptTraining(PromptConfig config, PromptStart start, ModelConfig model) {
        this.config = config.storedFor(model);
        this.start = start;
        this.layout = FlatLayout.inOrder(config.tensors(model));
        this.hidden = model.hiddenSize();
        this.vocabulary = model.vocabularySize();
        this.embedding = model.blueprint().embedding() + ".weight";
        if (start instanceof PromptStart.Text(String text, List<Integer> tokens)) {
            for (int token : tokens) {
                if (token < 0 || token >= vocabulary) {
                    throw new IllegalArgumentException(
                            "the text \"" + text + "\" to begin with has token " + token + ", outside the vocabulary");
                }
            }
        }
    }

    @Override
    public ScriptSource script() {
        return ScriptSource.of(PromptTraining.class, "front.py", "prompt.py");
    }

    @Override
    public FlatLayout layout() {
        return layout;
    }

    @Override
    public int positionsBefore() {
        return config.tokens().count();
    }

    @Override
    public float[] initial(long seed, BaseWeights base) {
        float[] table = base.floats(embedding);
        RandomGenerator random = Seeds.generator(seed, Seeds.Use.INITIALISATION, 0);
        float[] values = new float[size()];
        switch (start) {
            case PromptStart.Random none -> {
                double mean = 0;
                double square = 0;
                for (float value : table) {
                    mean += value;
                    square += (double) value * value;
                }
                mean /= table.length;
                double deviation = Math.sqrt(Math.max(0, square / table.length - mean * mean));
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) random.nextGaussian(mean, deviation);
                }
            }
            case PromptStart.Vocabulary drawn -> {
                for (int i = 0; i < values.length; i += hidden) {
                    System.arraycopy(table, random.nextInt(vocabulary) * hidden, values, i, hidden);
                }
            }
            case PromptStart.Text(String text, List<Integer> tokens) -> {
                for (int i = 0; i < values.length; i += hidden) {
                    int token = tokens.get(i / hidden % tokens.size());
                    System.arraycopy(table, token * hidden, values, i, hidden);
                }
            }
        }
        return values;
    }

    @Override
    public StoredAdapter stored(float[] values, float[] state) {
        return new StoredAdapter(config, layout.tensors(values));
    }
}
