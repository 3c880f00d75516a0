package dev.lorikeet.engine.method.prompt;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/** A network of P-tuning between vectors of its own and the embeddings of virtual tokens: PEFT's prompt encoder. */
sealed interface PromptNetwork {
    /** Its tensors, in PEFT's names and order; every one is drawn uniformly within +- its bound at the start. */
    List<TensorSpec> tensors();

    /** 1 / sqrt of the width that PyTorch takes for a tensor of this name. */
    double bound(String name);

    /** Rows (tokens, width) -> (tokens, width). */
    float[] output(AdapterTensors own, float[] rows);

    /** The file that defines it for training. */
    String script();

    /** The network of a configuration. */
    static PromptNetwork of(PromptConfig.Way.Encoded way, int width) {
        int hidden = way.hidden() == 0 ? width : way.hidden();
        return switch (way.kind()) {
            case MLP -> new Perceptron(width, hidden);
            case LSTM -> new Recurrent(width, hidden, way.layers());
        };
    }

    /**
     * Three linear layers, ReLU between them.
     *
     * @param width of the embeddings
     * @param hidden inner width
     */
    record Perceptron(int width, int hidden) implements PromptNetwork {
        private DenseLayer layer(int place) {
            return new DenseLayer("mlp_head." + place, place == 0 ? width : hidden, place == 4 ? width : hidden);
        }

        @Override
        public List<TensorSpec> tensors() {
            List<TensorSpec> tensors = new ArrayList<>(layer(0).tensors());
            tensors.addAll(layer(2).tensors());
            tensors.addAll(layer(4).tensors());
            return tensors;
        }

        @Override
        public double bound(String name) {
            return 1 / Math.sqrt(name.startsWith("mlp_head.0.") ? width : hidden);
        }

        @Override
        public float[] output(AdapterTensors own, float[] rows) {
            float[] inner = positive(layer(0).apply(own, rows));
            return layer(4).apply(own, positive(layer(2).apply(own, inner)));
        }

        @Override
        public String script() {
            return "encoded.py";
        }
    }

    /**
     * A bidirectional LSTM of some layers (Hochreiter and Schmidhuber 1997) over the tokens, then two linear layers with
     * ReLU between them.
     *
     * @param width of the embeddings
     * @param hidden inner width of each direction
     * @param layers of the LSTM
     */
    record Recurrent(int width, int hidden, int layers) implements PromptNetwork {
        private DenseLayer first() {
            return new DenseLayer("mlp_head.0", 2 * hidden, 2 * hidden);
        }

        private DenseLayer second() {
            return new DenseLayer("mlp_head.2", 2 * hidden, width);
        }

        /** For each layer and direction: weights of the input and of the state (4 hidden rows: i f g o), their biases. */
        @Override
        public List<TensorSpec> tensors() {
            List<TensorSpec> tensors = new ArrayList<>();
            for (int layer = 0; layer < layers; layer++) {
                int inputs = layer == 0 ? width : 2 * hidden;
                for (String end : ends(layer)) {
                    tensors.add(TensorSpec.of("lstm_head.weight_ih" + end, 4L * hidden, inputs));
                    tensors.add(TensorSpec.of("lstm_head.weight_hh" + end, 4L * hidden, hidden));
                    tensors.add(TensorSpec.of("lstm_head.bias_ih" + end, 4L * hidden));
                    tensors.add(TensorSpec.of("lstm_head.bias_hh" + end, 4L * hidden));
                }
            }
            tensors.addAll(first().tensors());
            tensors.addAll(second().tensors());
            return tensors;
        }

        private static List<String> ends(int layer) {
            return List.of("_l" + layer, "_l" + layer + "_reverse");
        }

        @Override
        public double bound(String name) {
            return 1 / Math.sqrt(name.startsWith("lstm_head.") ? hidden : 2 * hidden);
        }

        @Override
        public float[] output(AdapterTensors own, float[] rows) {
            int tokens = rows.length / width;
            float[] inner = rows;
            for (int layer = 0; layer < layers; layer++) {
                float[] both = new float[tokens * 2 * hidden];
                for (int direction = 0; direction < 2; direction++) {
                    run(own, inner, ends(layer).get(direction), direction, both);
                }
                inner = both;
            }
            return second().apply(own, positive(first().apply(own, inner)));
        }

        private void run(AdapterTensors own, float[] rows, String end, int direction, float[] both) {
            int tokens = both.length / (2 * hidden);
            float[] fromInput = DenseLayer.apply(
                    own.get("lstm_head.weight_ih" + end),
                    own.get("lstm_head.bias_ih" + end),
                    rows,
                    rows.length / tokens);
            float[] state = new float[hidden];
            double[] cell = new double[hidden];
            for (int step = 0; step < tokens; step++) {
                int token = direction == 0 ? step : tokens - 1 - step;
                float[] gates = DenseLayer.apply(
                        own.get("lstm_head.weight_hh" + end), own.get("lstm_head.bias_hh" + end), state, hidden);
                for (int i = 0; i < gates.length; i++) {
                    gates[i] += fromInput[token * gates.length + i];
                }
                for (int i = 0; i < hidden; i++) {
                    cell[i] =
                            sigmoid(gates[hidden + i]) * cell[i] + sigmoid(gates[i]) * Math.tanh(gates[2 * hidden + i]);
                    state[i] = (float) (sigmoid(gates[3 * hidden + i]) * Math.tanh(cell[i]));
                    both[(2 * token + direction) * hidden + i] = state[i];
                }
            }
        }

        private static double sigmoid(double x) {
            return 1 / (1 + Math.exp(-x));
        }

        @Override
        public String script() {
            return "recurrent.py";
        }
    }

    private static float[] positive(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(values[i], 0);
        }
        return values;
    }
}
