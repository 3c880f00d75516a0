package dev.lorikeet.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.bench.DecodeBench;
import dev.lorikeet.engine.bench.DecodeCase;
import dev.lorikeet.engine.bench.ProcessMemory;
import dev.lorikeet.engine.bench.TrainingBench;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.model.Quantisation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Our side of a benchmark: answers requests as bench/peer.py does, a line each. The first request prepares the work
 * (model loaded, warmed up); it stays the same work until the process ends, so that no other's memory is counted.
 *
 * @param model folder or GGUF file
 * @param threads operator threads
 */
record Workshop(Path model, int threads) {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What a round and its step to warm up add to a context. */
    private static final int SPARE_CONTEXT = 64;

    /** Answers until the requests end. */
    void serve(BufferedReader requests, PrintWriter answers) throws IOException {
        Measured measured = null;
        JsonNode prepared = null;
        try {
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                JsonNode request = JSON.readTree(line);
                if (!request.equals(prepared)) {
                    if (measured != null) {
                        throw new IllegalArgumentException("one process measures one case");
                    }
                    measured = prepare(request);
                    prepared = request;
                    // What loading needed for a moment is gone: the peak is that of the work.
                    ProcessMemory.resetPeak();
                }
                answers.println(JSON.writeValueAsString(
                        answer(measured, request.path("iterations").asInt())));
                answers.flush();
            }
        } finally {
            if (measured != null) {
                measured.close();
            }
        }
    }

    private static ObjectNode answer(@Nullable Measured measured, int iterations) {
        if (measured == null) {
            throw new IllegalStateException("nothing is prepared");
        }
        ObjectNode answer = JSON.createObjectNode();
        measured.times(iterations).forEach(answer.putArray("millis")::add);
        return answer.put("peak_bytes", ProcessMemory.peakBytes());
    }

    private Measured prepare(JsonNode request) throws IOException {
        Precision precision = switch (request.path("precision").asText()) {
            case "float32" -> Precision.FLOAT32;
            case "bfloat16" -> Precision.BFLOAT16;
            default -> throw new IllegalArgumentException("no precision: " + request.path("precision"));
        };
        LoadOptions options =
                new LoadOptions("bench", LoadOptions.reference("bench").device(), precision, threads);
        int rows = request.path("rows").asInt();
        int length = request.path("length").asInt();
        int rank = request.path("rank").asInt();
        return switch (request.path("case").asText()) {
            case "training" ->
                training(
                        options.withQuantisation(
                                request.path("nf4").asBoolean() ? Quantisation.NF4 : Quantisation.NONE),
                        new TrainingBench.Work(rows, length, rank),
                        new TrainingBench.Manner(
                                request.path("recompute").asBoolean(),
                                Math.max(1, request.path("accumulation").asInt()),
                                request.path("mixed").asBoolean(),
                                request.path("packed").asBoolean()));
            case "decode" -> decoding(options, new DecodeCase(rows, length, rank), true);
            case "prefill" -> decoding(options, new DecodeCase(rows, length, 0), false);
            case "load" -> loading(options);
            default -> throw new IllegalArgumentException("no case: " + request.path("case"));
        };
    }

    /** From the files, which the first time has brought into the system's cache, to a decoder that is ready. */
    private Measured loading(LoadOptions options) throws IOException {
        load(options);
        return new Measured() {
            @Override
            public List<Double> times(int iterations) {
                List<Double> millis = new ArrayList<>();
                for (int i = 0; i < iterations; i++) {
                    try {
                        millis.add(load(options));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                return millis;
            }

            @Override
            public void close() {}
        };
    }

    private double load(LoadOptions options) throws IOException {
        try (DecodeBench bench = new DecodeBench(model, options, 1, SPARE_CONTEXT)) {
            return bench.loadMillis();
        }
    }

    private Measured decoding(LoadOptions options, DecodeCase work, boolean decode) throws IOException {
        DecodeBench bench = new DecodeBench(model, options, work.rows(), work.length() + SPARE_CONTEXT);
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

    private Measured training(LoadOptions options, TrainingBench.Work work, TrainingBench.Manner manner)
            throws IOException {
        BaseModel base = BaseModel.load(model, options);
        TrainingBench bench = new TrainingBench(base, work, manner);
        // What reading the weights left on the Java heap is not the work's.
        System.gc();
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
}
