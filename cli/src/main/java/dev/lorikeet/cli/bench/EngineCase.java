package dev.lorikeet.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.bench.DecodeBench;
import dev.lorikeet.engine.bench.DecodeCase;
import dev.lorikeet.engine.bench.TrainingBench;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One thing to measure, here and by the peer.
 *
 * @param name what is done
 * @param tokens of one iteration
 * @param iterations of one side before the other takes its turn
 * @param preparation makes it ready over a model
 * @param request what bench/peer.py is asked for, without precision
 */
record EngineCase(String name, int tokens, int iterations, Preparation preparation, ObjectNode request) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int RANK = 8;
    private static final int CONTEXT = 128;
    private static final int DECODE_STEPS = 16;
    private static final int PREFILL = 512;

    /** Loads a model and makes the work ready. */
    @FunctionalInterface
    interface Preparation {
        Measured prepare(Path model, LoadOptions options) throws IOException;
    }

    /** The request for a precision. */
    ObjectNode request(Precision precision) {
        ObjectNode complete = request.deepCopy();
        complete.put("precision", precision == Precision.FLOAT32 ? "float32" : "bfloat16");
        complete.put("iterations", iterations);
        return complete;
    }

    /** All that the engine's benchmark measures. */
    static List<EngineCase> all() {
        List<EngineCase> cases = new ArrayList<>();
        for (int rows : new int[] {1, 8, 32}) {
            cases.add(decode("decode " + rows + (rows == 1 ? " row" : " rows"), new DecodeCase(rows, CONTEXT, 0)));
        }
        for (int rows : new int[] {1, 8, 32}) {
            cases.add(decode(
                    "decode " + rows + (rows == 1 ? " row, own adapter" : " rows, " + rows + " adapters"),
                    new DecodeCase(rows, CONTEXT, RANK)));
        }
        cases.add(prefill(new DecodeCase(1, PREFILL, 0)));
        cases.add(training(TrainingBench.Work.STANDARD));
        return List.copyOf(cases);
    }

    private static EngineCase decode(String name, DecodeCase work) {
        ObjectNode request = request("decode", work.rows(), work.length())
                .put("rank", work.rank())
                .put("adapters", work.rank() > 0);
        return new EngineCase(
                name,
                work.rows(),
                DECODE_STEPS,
                // Room for what a round and its step to warm up add.
                (model, options) -> decoder(model, options, work, work.length() + DECODE_STEPS + 8, true),
                request);
    }

    private static EngineCase prefill(DecodeCase work) {
        return new EngineCase(
                "prefill " + work.length(),
                work.rows() * work.length(),
                2,
                (model, options) -> decoder(model, options, work, work.length() + 8, false),
                request("prefill", work.rows(), work.length()));
    }

    private static Measured decoder(Path model, LoadOptions options, DecodeCase work, int context, boolean decode)
            throws IOException {
        DecodeBench bench = new DecodeBench(model, options, work.rows(), context);
        Measured measured = new Measured() {
            @Override
            public List<Double> times(int iterations) {
                return decode ? bench.decode(work, iterations) : bench.prefill(work, iterations);
            }

            @Override
            public void close() {
                bench.close();
            }
        };
        measured.times(1);
        return measured;
    }

    private static EngineCase training(TrainingBench.Work work) {
        return new EngineCase(
                "training " + work.rows() + " x " + work.length(),
                work.tokens(),
                2,
                (model, options) -> training(model, options, work),
                request("training", work.rows(), work.length()).put("rank", work.rank()));
    }

    private static Measured training(Path model, LoadOptions options, TrainingBench.Work work) throws IOException {
        BaseModel base = BaseModel.load(model, options);
        TrainingBench bench = new TrainingBench(base, work);
        return new Measured() {
            @Override
            public List<Double> times(int iterations) {
                return bench.steps(iterations);
            }

            @Override
            public void close() {
                bench.close();
                base.close();
            }
        };
    }

    private static ObjectNode request(String kind, int rows, int length) {
        return JSON.createObjectNode().put("case", kind).put("rows", rows).put("length", length);
    }
}
