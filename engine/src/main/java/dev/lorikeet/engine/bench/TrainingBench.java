package dev.lorikeet.engine.bench;

import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.train.Length;
import dev.lorikeet.engine.train.TrainingOptions;
import dev.lorikeet.engine.train.TrainingRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Optimizer steps over random tokens, the second half of each row labelled, timed: LoRA on every linear layer. */
public final class TrainingBench implements AutoCloseable {
    private static final int FIRST_ORDINARY_TOKEN = 3;
    /** Of mixed lengths. */
    private static final int SHORTEST = 8;

    private final TrainingRun run;
    private final int tokens;

    /**
     * What a step computes.
     *
     * @param rows in a step
     * @param length tokens of each
     * @param rank of the factors
     */
    public record Work(int rows, int length, int rank) {
        /** Four rows of 128 tokens, rank 8. */
        public static final Work STANDARD = new Work(4, 128, 8);

        public Work {
            if (rows < 1 || length < 2 || rank < 1) {
                throw new IllegalArgumentException(
                        "nothing to train: " + rows + " rows of " + length + ", rank " + rank);
            }
        }

        /** Tokens of a step. */
        public int tokens() {
            return rows * length;
        }
    }

    /**
     * How it is computed.
     *
     * @param recompute whether layers are computed again for the backward pass
     * @param accumulation micro-batches in a step
     * @param mixed whether the examples of a step have lengths of all sizes up to the work's, short ones more often
     * @param packed whether they share rows of the work's length
     */
    public record Manner(boolean recompute, int accumulation, boolean mixed, boolean packed) {
        /** As training does where nothing is asked for. */
        public static final Manner PLAIN = new Manner(false, 1, false, false);

        /** Tokens of a step. */
        public int tokens(Work work) {
            return Arrays.stream(lengths(work)).sum();
        }

        private int[] lengths(Work work) {
            int count = work.rows() * accumulation;
            return IntStream.rangeClosed(1, count)
                    .map(i -> mixed ? Math.max(SHORTEST, work.length() * i * i / (count * count)) : work.length())
                    .toArray();
        }
    }

    /** Begins a run, and takes a step that is not timed. */
    public TrainingBench(BaseModel base, Work work) {
        this(base, work, Manner.PLAIN);
    }

    /** The same in a manner of its own. */
    public TrainingBench(BaseModel base, Work work, Manner manner) {
        this.tokens = manner.tokens(work);
        TrainingOptions options = TrainingOptions.defaults(1)
                .withBatch(work.rows(), manner.accumulation())
                .withPacking(manner.packed() ? work.length() : 0)
                .withLength(new Length.Steps(Integer.MAX_VALUE))
                .withRecompute(manner.recompute());
        this.run = TrainingRun.start(
                base,
                LoraConfig.allLinear(work.rank(), 2.0 * work.rank()),
                options,
                examples(manner.lengths(work), base.config().vocabularySize()));
        run.step();
    }

    private static List<EncodedExample> examples(int[] lengths, int vocabularySize) {
        SplittableRandom random = new SplittableRandom(1);
        List<EncodedExample> examples = new ArrayList<>();
        for (int length : lengths) {
            boolean[] labelled = new boolean[length];
            Arrays.fill(labelled, length / 2, length, true);
            int[] tokens =
                    random.ints(length, FIRST_ORDINARY_TOKEN, vocabularySize).toArray();
            examples.add(new EncodedExample(tokens, labelled, false));
        }
        return examples;
    }

    /** Tokens of a step, padding not counted. */
    public int tokens() {
        return tokens;
    }

    /** Takes so many steps; returns the milliseconds of each. */
    public List<Double> steps(int count) {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long begin = System.nanoTime();
            run.step();
            millis.add((System.nanoTime() - begin) / 1e6);
        }
        return millis;
    }

    @Override
    public void close() {
        run.close();
    }
}
