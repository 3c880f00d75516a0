package dev.lorikeet.engine.train;

import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.image.Grid;
import dev.lorikeet.engine.image.Patches;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Quantisation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The training of one adapter over a frozen base model, an optimizer step at a time. The same base, configuration,
 * options and examples on the same machine and thread count give the same adapter, bit for bit, however often the run is
 * stopped at a checkpoint and resumed. The base's weights are never written.
 *
 * <p>The loss of a step is the sum over the labelled tokens of its whole window (rows * accumulation examples; the last
 * of an epoch may be smaller) divided by their count. Examples without a labelled token are left out.
 *
 * <p>One thread owns a run. Close it before the base model.
 */
public final class TrainingRun implements AutoCloseable {
    private static final int LONGEST_PROBE = 32;

    private final BaseModel base;
    private final TrainableConfig config;
    private final TrainingOptions options;
    private final TrainedMethod method;
    private final TrainingData data;
    private final TrainingScript script;
    private final OptimizerStep optimizerStep;
    private int stepsDone;
    private boolean diverged;

    private TrainingRun(
            BaseModel base,
            TrainableConfig config,
            TrainingOptions options,
            TrainedMethod method,
            TrainingData data,
            TrainingScript script) {
        this.base = base;
        this.config = config;
        this.options = options;
        this.method = method;
        this.data = data;
        this.script = script;
        this.optimizerStep = new OptimizerStep(script, method, options);
    }

    /**
     * Begins a run from the method's initial values, drawn from the options' seed.
     *
     * @throws IllegalArgumentException if the configuration fits not the model, there is no labelled token, an example
     *     has a token outside the vocabulary, an image where the method reads none or none where it does, or is longer than the model's context leaves room for, or layers are to be recomputed by a
     *     method with a penalty
     * @throws OutOfDeviceMemoryException if the trained values do not fit the device
     */
    public static TrainingRun start(
            BaseModel base, TrainableConfig config, TrainingOptions options, List<EncodedExample> examples) {
        TrainedMethod method = config.method(base.config());
        return begin(base, config, options, examples, method.initial(options.seed(), base::floats));
    }

    /**
     * Begins a run from an adapter's values instead, with its configuration.
     *
     * @throws IllegalArgumentException as {@link #start}, and if adapters of its kind are not trained here
     * @throws OutOfDeviceMemoryException as {@link #start}
     */
    public static TrainingRun startFrom(
            BaseModel base, StoredAdapter adapter, TrainingOptions options, List<EncodedExample> examples) {
        if (!(adapter.config() instanceof TrainableConfig config)) {
            throw new IllegalArgumentException(
                    "adapters of kind " + adapter.config().kind() + " are not trained here");
        }
        return begin(
                base, config, options, examples, config.method(base.config()).flat(adapter.tensors()));
    }

    private static TrainingRun begin(
            BaseModel base,
            TrainableConfig config,
            TrainingOptions options,
            List<EncodedExample> examples,
            float[] values) {
        TrainedMethod method = config.method(base.config());
        float[] state = method.state(values, base::floats);
        TrainingData data = TrainingData.of(examples, base.config(), method);
        return open(base, config, options, data, Checkpoint.Vectors.starting(values, state));
    }

    /**
     * Goes on where a checkpoint stands.
     *
     * @throws IOException if the folder is no whole checkpoint, or cannot be read
     * @throws IllegalArgumentException if it belongs to another base model or other examples
     * @throws OutOfDeviceMemoryException as {@link #start}
     */
    public static TrainingRun resume(BaseModel base, Path folder, List<EncodedExample> examples) throws IOException {
        Checkpoint checkpoint = Checkpoint.read(folder);
        Checkpoint.Position position = checkpoint.position();
        if (!position.baseDigest().equals(base.trainedDigest())) {
            throw new IllegalArgumentException("checkpoint " + folder + " is of base model " + position.baseDigest()
                    + ", not " + base.trainedDigest());
        }
        TrainedMethod method = checkpoint.config().method(base.config());
        TrainingData data = TrainingData.of(examples, base.config(), method);
        if (!position.examplesDigest().equals(data.digest())) {
            throw new IllegalArgumentException("checkpoint " + folder + " is of other examples");
        }
        TrainingRun run = open(base, checkpoint.config(), position.options(), data, checkpoint.vectors());
        run.stepsDone = position.stepsDone();
        return run;
    }

    private static TrainingRun open(
            BaseModel base,
            TrainableConfig config,
            TrainingOptions options,
            TrainingData data,
            Checkpoint.Vectors vectors) {
        TrainedMethod method = config.method(base.config());
        if (base.config().blueprint().encoder() && method.classes() == 0) {
            throw new IllegalArgumentException("an encoder ("
                    + base.config().family().modelType() + ") is trained to classify texts, and no labels are given");
        }
        if (vectors.values().length != method.size()) {
            throw new IllegalArgumentException(
                    "the factors have " + vectors.values().length + " elements, not " + method.size());
        }
        if (options.recompute() && method.penalised()) {
            throw new IllegalArgumentException(config.kind()
                    + " adds a penalty to the loss, for which layers must be kept: recompute is not possible");
        }
        if (base.quantisation() != Quantisation.NONE && (method.penalised() || !method.packedBase())) {
            throw new IllegalArgumentException(
                    config.kind() + " is not trained over a quantised base: use a method like LoRA");
        }
        if (options.batching().packing() > 0 && method.positionsBefore() > 0) {
            throw new IllegalArgumentException(
                    config.kind()
                            + " puts something before each example, so that examples cannot share a row: packing is not possible");
        }
        if (options.batching().packing() > 0 && method.classes() > 0) {
            throw new IllegalArgumentException("a classifier learns a class of each text, over an encoder whose texts"
                    + " have a row each: packing is not possible");
        }
        ExampleOrder order = new ExampleOrder(data.examples().size(), options.window(), options.seed());
        method.requireSteps(options.length().totalSteps(order.stepsPerEpoch()));
        TrainingScript script = OutOfDeviceMemoryException.translated(
                () -> new TrainingScript(base, method, options.recompute(), vectors));
        return new TrainingRun(base, config, options, method, data, script);
    }

    /** Optimizer steps of the whole run. */
    public int totalSteps() {
        return options.length().totalSteps(order().stepsPerEpoch());
    }

    /** Optimizer steps done. */
    public int stepsDone() {
        return stepsDone;
    }

    /** Whether all steps are done. */
    public boolean finished() {
        return stepsDone >= totalSteps();
    }

    /** The run's options. */
    public TrainingOptions options() {
        return options;
    }

    /** The adapter's configuration. */
    public TrainableConfig config() {
        return config;
    }

    /** Examples that carry no labelled token, and so are left out. */
    public int unlabelledExamples() {
        return data.unlabelled();
    }

    /** Factors that are trained. */
    public int trainedParameters() {
        return method.size();
    }

    /**
     * One optimizer step.
     *
     * @throws IllegalStateException if the run is finished, or diverged before
     * @throws DivergedException if the loss or the gradient is not finite; the factors stay as they were, and the run
     *     takes no further step
     * @throws OutOfDeviceMemoryException if the device's memory did not suffice; the factors stay as they were
     */
    public StepResult step() {
        requireSound();
        if (finished()) {
            throw new IllegalStateException("the run has done all of its " + totalSteps() + " steps");
        }
        return OutOfDeviceMemoryException.translated(this::takeStep);
    }

    private StepResult takeStep() {
        List<MicroBatch> batches =
                MicroBatch.of(data.at(order().window(stepsDone)), options.batching(), method.pictures());
        StepResult result;
        try {
            result = optimizerStep.take(stepsDone, totalSteps(), batches);
        } catch (DivergedException e) {
            diverged = true;
            throw e;
        }
        stepsDone++;
        return result;
    }

    private void requireSound() {
        if (diverged) {
            throw new IllegalStateException("the run diverged in step " + (stepsDone + 1));
        }
    }

    /**
     * Mean loss a target over other examples, without dropout; nothing is changed.
     *
     * @throws IllegalArgumentException as {@link #start}
     * @throws OutOfDeviceMemoryException if the device's memory did not suffice
     */
    public double evaluate(List<EncodedExample> examples) {
        return measure(examples).loss();
    }

    /**
     * How good the model is on other examples, without dropout; nothing is changed.
     *
     * @throws IllegalArgumentException as {@link #start}
     * @throws OutOfDeviceMemoryException if the device's memory did not suffice
     */
    public Evaluation measure(List<EncodedExample> examples) {
        TrainingData held = TrainingData.of(examples, base.config(), method);
        return OutOfDeviceMemoryException.translated(() -> {
            double loss = 0;
            double hits = 0;
            long targets = 0;
            for (MicroBatch batch : MicroBatch.of(held.examples(), options.batching(), method.pictures())) {
                TrainingScript.Score score = script.score(batch);
                loss += score.loss();
                hits += score.hits();
                targets += batch.targets().length;
            }
            return new Evaluation(
                    loss / targets, method.classes() > 0 ? OptionalDouble.of(hits / targets) : OptionalDouble.empty());
        });
    }

    /**
     * The adapter as it stands, with copies of the factors.
     *
     * @throws DivergedException if a trained value is not finite
     */
    public StoredAdapter adapter() {
        return method.stored(finite(script.values()), script.state());
    }

    /** Ranks in use by module path, of a method that moves them between modules; else empty. */
    public Map<String, Integer> ranks() {
        return method.ranks(script.values(), script.state());
    }

    /**
     * Writes everything that {@link #resume} needs. The manifest is written last: a folder without it is no checkpoint.
     *
     * @throws IOException if the folder holds a checkpoint already, or cannot be written
     * @throws IllegalStateException if the run diverged
     * @throws DivergedException if a trained value is not finite; nothing is written
     */
    public void writeCheckpoint(Path folder) throws IOException {
        requireSound();
        Checkpoint.Vectors vectors = script.vectors();
        finite(vectors.values());
        Checkpoint.Position position = Checkpoint.Position.of(stepsDone, options, base.trainedDigest(), data.digest());
        new Checkpoint(position, config, vectors).write(folder);
    }

    private static float[] finite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new DivergedException("a trained value is " + value);
            }
        }
        return values;
    }

    /** The base model under the run. */
    BaseModel base() {
        return base;
    }

    /** The first tokens of the first example: a text to compare two computations on. */
    int[] probe() {
        return firsts(data.examples().getFirst().tokens());
    }

    /** Of each of the probe's tokens its kind, over an encoder; else empty. */
    int[] probeKinds() {
        EncodedExample.Classified own = data.examples().getFirst().classified();
        return own == null ? new int[0] : firsts(own.kinds());
    }

    private static int[] firsts(int[] values) {
        return Arrays.copyOf(values, Math.min(values.length, LONGEST_PROBE));
    }

    /** The picture of the probe, if the method reads pictures. */
    @Nullable Patches probePicture() {
        Grid grid = method.pictures();
        return grid == null ? null : MicroBatch.picture(data.examples().getFirst(), grid);
    }

    /** Logits of the adapted model at every position of a text, as training computes them. */
    float[] logits(int[] tokens) {
        return logits(tokens, null);
    }

    /** The same behind a picture, for a method that reads them. */
    float[] logits(int[] tokens, @Nullable Patches picture) {
        return OutOfDeviceMemoryException.translated(() -> script.logits(tokens, new int[0], picture));
    }

    /** Logits of a text's classes, over an encoder. */
    float[] classLogits(int[] tokens, int[] kinds) {
        return OutOfDeviceMemoryException.translated(() -> script.logits(tokens, kinds, null));
    }

    /** Whether every trained value is still what a run of these options begins with. */
    boolean unchanged() {
        return method.unchanged(script.values(), script.state(), options.seed(), base::floats);
    }

    /** Arrays alive on the device for this run: constant from step to step. */
    int residentArrays() {
        return script.residentArrays();
    }

    private ExampleOrder order() {
        return new ExampleOrder(data.examples().size(), options.window(), options.seed());
    }

    /** Frees the factors. The base model stays. */
    @Override
    public void close() {
        script.close();
    }
}
