package dev.lorikeet.engine.method.prompt;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.TensorSpec;
import java.util.List;

/**
 * A linear layer of the small networks that virtual tokens are trained through.
 *
 * @param name of its tensors, without {@code .weight} and {@code .bias}
 * @param inputs width of what goes in
 * @param outputs width of what comes out
 */
public record DenseLayer(String name, int inputs, int outputs) {
    /** Weight (outputs, inputs) and bias (outputs). */
    public List<TensorSpec> tensors() {
        return List.of(TensorSpec.of(name + ".weight", outputs, inputs), TensorSpec.of(name + ".bias", outputs));
    }

    /** Rows (n, inputs) -> (n, outputs), summed in double precision. */
    public float[] apply(AdapterTensors tensors, float[] rows) {
        return apply(tensors.get(name + ".weight"), tensors.get(name + ".bias"), rows, inputs);
    }

    static float[] apply(float[] weight, float[] bias, float[] rows, int inputs) {
        int outputs = bias.length;
        int count = rows.length / inputs;
        float[] result = new float[count * outputs];
        for (int row = 0; row < count; row++) {
            for (int output = 0; output < outputs; output++) {
                double sum = bias[output];
                for (int input = 0; input < inputs; input++) {
                    sum += (double) weight[output * inputs + input] * rows[row * inputs + input];
                }
                result[row * outputs + output] = (float) sum;
            }
        }
        return result;
    }
}
