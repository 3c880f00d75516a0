package dev.lorikeet.engine.train;

import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.encode.Encoder;
import dev.lorikeet.engine.encode.Text;
import dev.lorikeet.engine.image.Patches;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.weights.MalformedFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last look at a trained adapter's files before they are published: whole, finite and of the right shapes, the run's
 * own numbers, no longer the initial ones, and the same to the serving code (read from the files, on the decoder or the encoder) as to
 * the training code.
 */
public final class AdapterCheck {
    /** Relative to the logits' size; two orders of summation differ by this much at most in the precision. */
    private static final double FLOAT32_TOLERANCE = 1e-3;

    private static final double BFLOAT16_TOLERANCE = 0.15;

    private AdapterCheck() {}

    /** What the check found. */
    public sealed interface Result {
        /**
         * It may be published.
         *
         * @param logitDifference Euclidean distance of serving's logits on the probe from training's, relative to their
         *     length
         */
        record Sound(double logitDifference) implements Result {}

        /**
         * It must not be published.
         *
         * @param reason why
         */
        record Unsound(String reason) implements Result {}
    }

    /**
     * Checks the files of a run's adapter as it stands.
     *
     * @param folder where {@link StoredAdapter#write} put it
     * @throws IOException if the folder cannot be read
     * @throws DivergedException if the run's factors are not finite
     * @throws OutOfDeviceMemoryException if the device's memory did not suffice
     */
    public static Result check(TrainingRun run, Path folder) throws IOException {
        StoredAdapter stored;
        try {
            stored = StoredAdapter.read(folder, run.base().config());
        } catch (InvalidAdapterException | UnsupportedAdapterException | MalformedFileException e) {
            return new Result.Unsound("the files cannot be read back: " + e.getMessage());
        }
        if (!stored.equals(run.adapter())) {
            return new Result.Unsound("the files hold other numbers than the run");
        }
        if (run.unchanged()) {
            return new Result.Unsound("training changed nothing: every value is still the initial one");
        }
        Probe probe = new Probe(run.probe(), run.probeKinds(), run.probePicture());
        boolean classes = probe.kinds().length > 0;
        float[] trained =
                classes ? run.classLogits(probe.tokens(), probe.kinds()) : run.logits(probe.tokens(), probe.picture());
        float[] served = OutOfDeviceMemoryException.translated(
                () -> classes ? classified(run.base(), stored, probe) : served(run.base(), stored, probe));
        double difference =
                distance(served, trained, classes ? headSize(stored, run.base().config()) : 0);
        double tolerance = run.base().precision() == Precision.FLOAT32 ? FLOAT32_TOLERANCE : BFLOAT16_TOLERANCE;
        // Not "larger than": a NaN must not pass.
        if (!(difference <= tolerance)) {
            return new Result.Unsound("serving computes other logits than training: " + difference
                    + " apart relative to their size, where " + tolerance + " is expected");
        }
        return new Result.Sound(difference);
    }

    /** A text to compare two computations on: its tokens, their kinds over an encoder, its picture. */
    @SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
    private record Probe(
            int[] tokens, int[] kinds, @Nullable Patches picture) {}

    private static float[] classified(BaseModel base, StoredAdapter adapter, Probe probe) {
        try (ResidentAdapter resident = base.attach(adapter);
                Encoder encoder = new Encoder(base)) {
            List<@Nullable ResidentAdapter> adapters = List.of(resident);
            return encoder.encode(List.of(new Text(probe.tokens(), probe.kinds())), adapters)
                    .getFirst()
                    .logits();
        }
    }

    private static float[] served(BaseModel base, StoredAdapter adapter, Probe probe) {
        try (ResidentAdapter resident = base.attach(adapter);
                Decoder decoder = new Decoder(base, 1, resident.positionsBefore() + probe.tokens().length)) {
            List<@Nullable ResidentAdapter> adapters = List.of(resident);
            List<@Nullable Patches> pictures = Collections.singletonList(probe.picture());
            float[] all =
                    decoder.logits(List.of(probe.tokens()), adapters, pictures).getFirst();
            // Training gives no logits of virtual tokens.
            int front = resident.virtualTokens() * base.config().vocabularySize();
            return Arrays.copyOfRange(all, front, all.length);
        }
    }

    /**
     * The length of a classifier's last matrix: what its logits, few and perhaps all near 0, are measured by as well. An
     * error of what enters it makes one of logits in proportion.
     */
    private static double headSize(StoredAdapter adapter, ModelConfig model) {
        String matrix = model.blueprint().classifier().get(2);
        double square = 0;
        for (TensorSpec spec : adapter.tensors().specs()) {
            if (spec.name().endsWith("." + matrix)) {
                for (float value : adapter.tensors().get(spec.name())) {
                    square += (double) value * value;
                }
            }
        }
        return Math.sqrt(square);
    }

    /** @param head size of what makes the logits, counted into theirs */
    private static double distance(float[] ours, float[] theirs, double head) {
        double apart = 0;
        double size = head * head;
        for (int i = 0; i < theirs.length; i++) {
            double difference = (double) ours[i] - theirs[i];
            apart += difference * difference;
            size += (double) theirs[i] * theirs[i];
        }
        return Math.sqrt(apart / size);
    }
}
