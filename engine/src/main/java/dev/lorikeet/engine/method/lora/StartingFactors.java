package dev.lorikeet.engine.method.lora;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.adapter.LowRank;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.script.Script;
import dev.lorikeet.engine.script.ScriptSource;
import dev.lorikeet.engine.script.TensorRuntime;
import java.util.random.RandomGenerator;

/** The factors that a weight itself gives, computed on the CPU: the same weight and numbers give the same bits. */
final class StartingFactors implements AutoCloseable {
    /** Columns of the subspace beyond the rank: the more, the closer to the exact singular vectors. */
    private static final int MARGIN = 8;

    private final Script script = Script.compile(ScriptSource.of(StartingFactors.class, "principal.py"), Device.cpu());
    private final NDManager manager = TensorRuntime.newManager(Device.cpu());

    /**
     * PiSSA: scaling * B A is the best approximation of the weight of this rank.
     *
     * @param weight (outputs, inputs)
     * @param random draws the subspace that the iteration begins with
     */
    LowRank principal(LoraModule target, float[] weight, RandomGenerator random) {
        LinearModule module = target.module();
        if (!(target.scaling() > 0)) {
            throw new IllegalArgumentException("factors that begin as pissa need a positive lora_alpha");
        }
        requireFits(target);
        int columns = Math.min(target.rank() + MARGIN, Math.min(module.inputs(), module.outputs()));
        float[] probe = new float[module.inputs() * columns];
        for (int i = 0; i < probe.length; i++) {
            probe[i] = (float) random.nextGaussian();
        }
        try (NDManager scope = manager.newSubManager()) {
            NDArray matrix = scope.create(weight, new Shape(module.outputs(), module.inputs()));
            NDArray subspace = scope.create(probe, new Shape(module.inputs(), columns));
            NDArray settings = scope.create(new double[] {target.rank(), target.scaling()});
            NDList factors = script.call(scope, "principal", Script.Mode.NO_GRADIENT, matrix, subspace, settings);
            return new LowRank(
                    target.rank(), factors.get(0).toFloatArray(), factors.get(1).toFloatArray());
        }
    }

    /**
     * OLoRA: B the first columns of Q, A the first rows of R. By Householder's reflections with LAPACK's signs, in double
     * precision.
     *
     * @param weight (outputs, inputs)
     */
    static LowRank orthonormal(LoraModule target, float[] weight) {
        requireFits(target);
        int rank = target.rank();
        int rows = target.module().outputs();
        int columns = target.module().inputs();
        double[][] reflectors = reflectors(weight, rank, rows, columns);
        float[] b = new float[rows * rank];
        float[] a = new float[rank * columns];
        double[] q = new double[rows];
        for (int i = 0; i < rank; i++) {
            java.util.Arrays.fill(q, 0);
            q[i] = 1;
            for (int j = rank - 1; j >= 0; j--) {
                reflect(q, reflectors[j], j);
            }
            double[] sums = new double[columns];
            for (int row = 0; row < rows; row++) {
                b[row * rank + i] = (float) q[row];
                for (int column = 0; column < columns; column++) {
                    sums[column] += q[row] * weight[row * columns + column];
                }
            }
            for (int column = i; column < columns; column++) {
                a[i * columns + column] = (float) sums[column];
            }
        }
        return new LowRank(rank, a, b);
    }

    /** Unit vectors v of the reflections x - 2 v (v x) that make the first columns triangular; zero for none. */
    private static double[][] reflectors(float[] weight, int rank, int rows, int columns) {
        double[][] reflectors = new double[rank][];
        for (int j = 0; j < rank; j++) {
            double[] column = new double[rows];
            for (int row = 0; row < rows; row++) {
                column[row] = weight[row * columns + j];
            }
            for (int i = 0; i < j; i++) {
                reflect(column, reflectors[i], i);
            }
            double[] v = new double[rows];
            double square = 0;
            for (int row = j; row < rows; row++) {
                v[row] = column[row];
                square += column[row] * column[row];
            }
            v[j] += Math.copySign(Math.sqrt(square), v[j]);
            double length = Math.sqrt(square + v[j] * v[j] - column[j] * column[j]);
            for (int row = j; row < rows && length > 0; row++) {
                v[row] /= length;
            }
            reflectors[j] = v;
        }
        return reflectors;
    }

    private static void reflect(double[] vector, double[] v, int from) {
        double product = 0;
        for (int i = from; i < vector.length; i++) {
            product += v[i] * vector[i];
        }
        for (int i = from; i < vector.length; i++) {
            vector[i] -= 2 * product * v[i];
        }
    }

    private static void requireFits(LoraModule target) {
        LinearModule module = target.module();
        int most = Math.min(module.inputs(), module.outputs());
        if (target.rank() > most) {
            throw new IllegalArgumentException("factors of rank " + target.rank() + " cannot begin with parts of "
                    + module.path() + ", which has rank " + most + " at most");
        }
    }

    @Override
    public void close() {
        script.close();
        manager.close();
    }
}
