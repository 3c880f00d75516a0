package dev.lorikeet.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.bench.DecodeCase;
import dev.lorikeet.engine.bench.TrainingBench;
import dev.lorikeet.engine.model.Precision;
import java.util.ArrayList;
import java.util.List;

/**
 * One thing to measure, as every side is asked for it.
 *
 * @param name what is done
 * @param tokens of one iteration
 * @param iterations of one side before the next takes its turn
 * @param work what {@link Workshop} and bench/peer.py are asked for, without precision
 */
record BenchCase(String name, int tokens, int iterations, ObjectNode work) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int RANK = 8;
    private static final int CONTEXT = 128;
    private static final int DECODE_STEPS = 16;
    private static final int PREFILL = 512;

    /** The request for a precision. */
    ObjectNode request(Precision precision) {
        return work.deepCopy().put("precision", word(precision)).put("iterations", iterations);
    }

    /** How requests and tables call a precision. */
    static String word(Precision precision) {
        return precision == Precision.FLOAT32 ? "float32" : "bfloat16";
    }

    /** Loading from a warm disk, decoding, prefill and a training step. */
    static List<BenchCase> engine() {
        List<BenchCase> cases = new ArrayList<>();
        cases.add(new BenchCase("load", 0, 1, request("load", 0, 0)));
        for (int rows : new int[] {1, 8, 32}) {
            cases.add(decode("decode " + rows + (rows == 1 ? " row" : " rows"), new DecodeCase(rows, CONTEXT, 0)));
        }
        for (int rows : new int[] {1, 8, 32}) {
            cases.add(decode(
                    "decode " + rows + (rows == 1 ? " row, own adapter" : " rows, " + rows + " adapters"),
                    new DecodeCase(rows, CONTEXT, RANK)));
        }
        cases.add(new BenchCase("prefill " + PREFILL, PREFILL, 2, request("prefill", 1, PREFILL)));
        cases.add(training(TrainingBench.Work.STANDARD));
        return List.copyOf(cases);
    }

    /** Training steps: the standard one, short rows, long rows. */
    static List<BenchCase> training() {
        return List.of(
                training(TrainingBench.Work.STANDARD),
                training(new TrainingBench.Work(8, 64, RANK)),
                training(new TrainingBench.Work(2, 512, RANK)));
    }

    /**
     * Training steps over a base in its precision and over NF4 codes, layers kept for the backward pass and computed
     * again; then over examples of mixed lengths, in rows of their own and in shared ones.
     */
    static List<BenchCase> options() {
        List<BenchCase> cases = new ArrayList<>();
        for (TrainingBench.Work work : List.of(TrainingBench.Work.STANDARD, new TrainingBench.Work(4, 512, RANK))) {
            for (boolean recompute : new boolean[] {false, true}) {
                for (boolean quantised : new boolean[] {false, true}) {
                    BenchCase plain = training(work);
                    cases.add(new BenchCase(
                            plain.name() + (quantised ? ", NF4 base" : "") + (recompute ? ", recomputed" : ""),
                            plain.tokens(),
                            plain.iterations(),
                            plain.work().put("nf4", quantised).put("recompute", recompute)));
                }
            }
        }
        TrainingBench.Work mixed = new TrainingBench.Work(4, 256, RANK);
        for (int accumulation : new int[] {1, 4}) {
            for (boolean packed : new boolean[] {false, true}) {
                TrainingBench.Manner manner = new TrainingBench.Manner(false, accumulation, true, packed);
                cases.add(new BenchCase(
                        "training " + mixed.rows() * accumulation + " of up to " + mixed.length()
                                + (packed ? ", packed" : ""),
                        manner.tokens(mixed),
                        2,
                        training(mixed)
                                .work()
                                .put("accumulation", accumulation)
                                .put("mixed", true)
                                .put("packed", packed)));
            }
        }
        return List.copyOf(cases);
    }

    private static BenchCase decode(String name, DecodeCase work) {
        ObjectNode request = request("decode", work.rows(), work.length())
                .put("rank", work.rank())
                .put("adapters", work.rank() > 0);
        return new BenchCase(name, work.rows(), DECODE_STEPS, request);
    }

    private static BenchCase training(TrainingBench.Work work) {
        return new BenchCase(
                "training " + work.rows() + " x " + work.length(),
                work.tokens(),
                2,
                request("training", work.rows(), work.length()).put("rank", work.rank()));
    }

    private static ObjectNode request(String kind, int rows, int length) {
        return JSON.createObjectNode().put("case", kind).put("rows", rows).put("length", length);
    }
}
