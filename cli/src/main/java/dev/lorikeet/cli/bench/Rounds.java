package dev.lorikeet.cli.bench;

import dev.lorikeet.engine.bench.ProcessMemory;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures cases: the engine and the peer take turns, so that whatever else the machine does hits both.
 *
 * @param model folder or GGUF file
 * @param threads operator threads
 * @param count turns of each side
 * @param peer the other side, or null
 */
record Rounds(Path model, int threads, int count, @Nullable Peer peer) {

    /** Measures each case in a precision and hands over its figures. */
    void run(Precision precision, List<EngineCase> cases, Consumer<Figures> seen) throws IOException {
        LoadOptions reference = LoadOptions.reference("bench");
        LoadOptions options = new LoadOptions("bench", reference.device(), precision, threads);
        for (EngineCase one : cases) {
            seen.accept(run(options, one));
        }
    }

    private Figures run(LoadOptions options, EngineCase one) throws IOException {
        Precision precision = options.precision();
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        long peerPeak = 0;
        String error = null;
        ProcessMemory.resetPeak();
        // A model of its own for each case: its peak counts only what the case needs.
        try (Measured measured = one.preparation().prepare(model, options)) {
            for (int round = 0; round < count; round++) {
                ours.addAll(measured.times(one.iterations()));
                if (peer != null && error == null) {
                    Peer.Answer answer = peer.ask(one.request(precision));
                    theirs.addAll(answer.millis());
                    peerPeak = Math.max(peerPeak, answer.peakBytes());
                    error = answer.error();
                }
            }
        }
        Figures.Side engine = Figures.Side.of(one.tokens(), ours, ProcessMemory.peakBytes());
        return new Figures(
                one.name(),
                precision == Precision.FLOAT32 ? "float32" : "bfloat16",
                engine,
                side(one, theirs, peerPeak, error));
    }

    private Figures.@Nullable Side side(EngineCase one, List<Double> millis, long peak, @Nullable String error) {
        if (peer == null) {
            return null;
        }
        return error == null ? Figures.Side.of(one.tokens(), millis, peak) : Figures.Side.failed(error);
    }
}
