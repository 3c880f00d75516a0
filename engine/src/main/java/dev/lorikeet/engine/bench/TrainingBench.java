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

/** Optimizer steps over random tokens, the second half of each row labelled, timed: LoRA on every linear layer. */
public final class TrainingBench implements AutoCloseable {
    private static final int FIRST_ORDINARY_TOKEN = 3;

    private final TrainingRun run;
    private final Work work;

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

    /** Begins a run, and takes a step that is not timed. */
    public TrainingBench(BaseModel base, Work work) {
        this(base, work, false);
    }

    /** @param recompute whether layers are computed again for the backward pass */
    public TrainingBench(BaseModel base, Work work, boolean recompute) {
        this.work = work;
        TrainingOptions options = TrainingOptions.defaults(1)
                .withBatch(work.rows(), 1)
                .withLength(new Length.Steps(Integer.MAX_VALUE))
                .withRecompute(recompute);
        this.run = TrainingRun.start(
                base,
                LoraConfig.allLinear(work.rank(), 2.0 * work.rank()),
                options,
                examples(work, base.config().vocabularySize()));
        run.step();
    }

    private static List<EncodedExample> examples(Work work, int vocabularySize) {
        SplittableRandom random = new SplittableRandom(1);
        List<EncodedExample> examples = new ArrayList<>();
        for (int row = 0; row < work.rows(); row++) {
            boolean[] labelled = new boolean[work.length()];
            Arrays.fill(labelled, work.length() / 2, work.length(), true);
            int[] tokens = random.ints(work.length(), FIRST_ORDINARY_TOKEN, vocabularySize)
                    .toArray();
            examples.add(new EncodedExample(tokens, labelled, false));
        }
        return examples;
    }

    /** Tokens of a step. */
    public int tokens() {
        return work.tokens();
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
