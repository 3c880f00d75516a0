package dev.lorikeet.engine.decode;

import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraFactors;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.weights.TensorStore;
import org.jspecify.annotations.Nullable;

/** Llama with LoRA in plain loops, one position and one number at a time: slow, and easy to hold against the paper. */
final class PlainLlama {
    private final ModelConfig config;
    private final TensorStore weights;
    private final @Nullable StoredAdapter adapter;

    PlainLlama(ModelConfig config, TensorStore weights, @Nullable StoredAdapter adapter) {
        this.config = config;
        this.weights = weights;
        this.adapter = adapter;
    }

    /** Logits of every position: (positions, vocabulary) in C order. */
    float[] logits(int[] tokens) {
        int hidden = config.hiddenSize();
        float[] embedding = weights.floats("model.embed_tokens.weight");
        float[][] x = new float[tokens.length][hidden];
        for (int t = 0; t < tokens.length; t++) {
            System.arraycopy(embedding, tokens[t] * hidden, x[t], 0, hidden);
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            String at = "model.layers." + layer + ".";
            add(x, attention(normed(x, at + "input_layernorm.weight"), at + "self_attn."));
            add(x, feedForward(normed(x, at + "post_attention_layernorm.weight"), at + "mlp."));
        }
        float[][] last = normed(x, "model.norm.weight");
        float[] logits = new float[tokens.length * config.vocabularySize()];
        for (int t = 0; t < tokens.length; t++) {
            for (int v = 0; v < config.vocabularySize(); v++) {
                double sum = 0;
                for (int i = 0; i < hidden; i++) {
                    sum += (double) last[t][i] * embedding[v * hidden + i];
                }
                logits[t * config.vocabularySize() + v] = (float) sum;
            }
        }
        return logits;
    }

    private float[][] attention(float[][] x, String at) {
        int size = config.headSize();
        float[][] q = rotated(linear(x, at + "q_proj"), config.heads());
        float[][] k = rotated(linear(x, at + "k_proj"), config.keyValueHeads());
        float[][] v = linear(x, at + "v_proj");
        float[][] mixed = new float[x.length][config.heads() * size];
        for (int t = 0; t < x.length; t++) {
            for (int head = 0; head < config.heads(); head++) {
                int group = head / (config.heads() / config.keyValueHeads());
                double[] scores = new double[t + 1];
                double total = 0;
                for (int past = 0; past <= t; past++) {
                    double dot = 0;
                    for (int i = 0; i < size; i++) {
                        dot += (double) q[t][head * size + i] * k[past][group * size + i];
                    }
                    scores[past] = Math.exp(dot / Math.sqrt(size));
                    total += scores[past];
                }
                for (int past = 0; past <= t; past++) {
                    for (int i = 0; i < size; i++) {
                        mixed[t][head * size + i] += (float) (scores[past] / total * v[past][group * size + i]);
                    }
                }
            }
        }
        return linear(mixed, at + "o_proj");
    }

    private float[][] rotated(float[][] x, int heads) {
        int size = config.headSize();
        float[] frequencies = config.rope().inverseFrequencies(size);
        float[][] turned = new float[x.length][heads * size];
        for (int t = 0; t < x.length; t++) {
            for (int head = 0; head < heads; head++) {
                for (int i = 0; i < size / 2; i++) {
                    double angle = (double) t * frequencies[i];
                    float first = x[t][head * size + i];
                    float second = x[t][head * size + size / 2 + i];
                    turned[t][head * size + i] = (float) (first * Math.cos(angle) - second * Math.sin(angle));
                    turned[t][head * size + size / 2 + i] =
                            (float) (second * Math.cos(angle) + first * Math.sin(angle));
                }
            }
        }
        return turned;
    }

    private float[][] feedForward(float[][] x, String at) {
        float[][] gate = linear(x, at + "gate_proj");
        float[][] up = linear(x, at + "up_proj");
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < gate[t].length; i++) {
                gate[t][i] = (float) (gate[t][i] / (1 + Math.exp(-gate[t][i])) * up[t][i]);
            }
        }
        return linear(gate, at + "down_proj");
    }

    private float[][] linear(float[][] x, String path) {
        float[] matrix = weights.floats(path + ".weight");
        int inputs = x[0].length;
        int outputs = matrix.length / inputs;
        float[][] y = new float[x.length][outputs];
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < outputs; o++) {
                double sum = 0;
                for (int i = 0; i < inputs; i++) {
                    sum += (double) matrix[o * inputs + i] * x[t][i];
                }
                y[t][o] = (float) sum;
            }
        }
        if (adapter != null) {
            LoraConfig lora = (LoraConfig) adapter.config();
            for (LoraFactors factor : LoraFactors.of(adapter)) {
                if (factor.path().equals(path)) {
                    update(x, y, factor, lora.scaling().scalingOf(path));
                }
            }
        }
        return y;
    }

    private static void update(float[][] x, float[][] y, LoraFactors factor, double scaling) {
        int rank = factor.rank();
        for (int t = 0; t < x.length; t++) {
            for (int r = 0; r < rank; r++) {
                double inner = 0;
                for (int i = 0; i < x[t].length; i++) {
                    inner += (double) factor.a()[r * x[t].length + i] * x[t][i];
                }
                for (int o = 0; o < y[t].length; o++) {
                    y[t][o] += (float) (scaling * factor.b()[o * rank + r] * inner);
                }
            }
        }
    }

    private float[][] normed(float[][] x, String name) {
        float[] weight = weights.floats(name);
        float[][] y = new float[x.length][weight.length];
        for (int t = 0; t < x.length; t++) {
            double square = 0;
            for (float value : x[t]) {
                square += (double) value * value;
            }
            double scale = 1 / Math.sqrt(square / weight.length + config.normEpsilon());
            for (int i = 0; i < weight.length; i++) {
                y[t][i] = (float) (x[t][i] * scale * weight[i]);
            }
        }
        return y;
    }

    private static void add(float[][] x, float[][] more) {
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < x[t].length; i++) {
                x[t][i] += more[t][i];
            }
        }
    }
}
