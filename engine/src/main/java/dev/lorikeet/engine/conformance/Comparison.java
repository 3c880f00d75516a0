package dev.lorikeet.engine.conformance;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.decode.Feed;
import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.engine.decode.Sequence;
import dev.lorikeet.engine.encode.Encoder;
import dev.lorikeet.engine.encode.Encoding;
import dev.lorikeet.engine.encode.Text;
import dev.lorikeet.engine.model.BaseModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes what a case expects, by the same decoder that serves, and keeps the largest difference. */
final class Comparison {
    /** Largest absolute difference of logits and losses, in float32. */
    private static final double TOLERANCE = 1e-4;

    private static final int GREEDY_PROMPT = 8;
    private static final int UNLABELLED = 5;

    private final Expected expected;
    private final List<String> complaints = new ArrayList<>();
    private double largest;

    Comparison(Expected expected) {
        this.expected = expected;
    }

    /** Logits, greedy continuation and loss with these adapters, one a row. */
    void compare(BaseModel model, List<@Nullable ResidentAdapter> adapters) {
        if (model.config().blueprint().encoder()) {
            try (Encoder encoder = new Encoder(model)) {
                List<Text> texts = expected.inputs().stream().map(Text::of).toList();
                logits(
                        "logits",
                        encoder.encode(texts, adapters).stream()
                                .map(Encoding::logits)
                                .toList(),
                        expected.logits());
            }
            return;
        }
        int before = adapters.stream()
                .mapToInt(adapter -> adapter == null ? 0 : adapter.positionsBefore())
                .max()
                .orElse(0);
        try (Decoder decoder = decoder(model, before)) {
            List<float[]> logits = decoder.logits(expected.inputs(), adapters);
            logits("logits", logits, expected.logits());
            expected.loss().ifPresent(loss -> loss(logits, model.config().vocabularySize(), loss));
            if (expected.greedy().length > 0) {
                greedy(decoder, adapters.getFirst());
            }
        }
    }

    /** Logits of a model with the adapter merged in. */
    void compareMerged(BaseModel merged, float[] mergedLogits) {
        try (Decoder decoder = decoder(merged, 0)) {
            List<@Nullable ResidentAdapter> none = new ArrayList<>();
            expected.inputs().forEach(row -> none.add(null));
            logits("merged logits", decoder.logits(expected.inputs(), none), mergedLogits);
        }
    }

    private Decoder decoder(BaseModel model, int before) {
        int length = before + Math.max(expected.inputs().getFirst().length, expected.greedy().length);
        return new Decoder(
                model, expected.inputs().size(), Math.min(length, model.config().contextLength()));
    }

    private void logits(String what, List<float[]> ours, float[] theirs) {
        double worst = 0;
        int at = 0;
        for (float[] row : ours) {
            for (float value : row) {
                double difference = at < theirs.length ? Math.abs((double) value - theirs[at]) : Double.NaN;
                // A NaN must not hide behind max().
                worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
                at++;
            }
        }
        if (at != theirs.length) {
            worst = Double.POSITIVE_INFINITY;
        }
        note(what, worst);
    }

    private void loss(List<float[]> logits, int vocabulary, float theirs) {
        double sum = 0;
        int count = 0;
        for (int row = 0; row < logits.size(); row++) {
            int[] ids = expected.inputs().get(row);
            // An adapter's virtual tokens have logits in front.
            int front = logits.get(row).length / vocabulary - ids.length;
            for (int position = UNLABELLED; position < ids.length; position++) {
                sum -= logProbability(logits.get(row), (front + position - 1) * vocabulary, vocabulary, ids[position]);
                count++;
            }
        }
        note("loss", Math.abs(sum / count - theirs));
    }

    private static double logProbability(float[] logits, int from, int vocabulary, int token) {
        double best = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < vocabulary; i++) {
            best = Math.max(best, logits[from + i]);
        }
        double total = 0;
        for (int i = 0; i < vocabulary; i++) {
            total += Math.exp(logits[from + i] - best);
        }
        return logits[from + token] - best - Math.log(total);
    }

    private void greedy(Decoder decoder, @Nullable ResidentAdapter adapter) {
        int[] theirs = expected.greedy();
        int[] prompt = Arrays.copyOf(expected.inputs().getFirst(), Math.min(GREEDY_PROMPT, theirs.length));
        Sequence sequence = decoder.open(prompt, adapter, SamplingOptions.GREEDY);
        while (sequence.length() < theirs.length) {
            if (decoder.step(List.of(new Feed(sequence, sequence.pending())))
                    .getFirst()
                    .broken()) {
                complaints.add("greedy decoding met logits that are not finite");
                return;
            }
        }
        for (int i = 0; i < theirs.length; i++) {
            if (sequence.token(i) != theirs[i]) {
                complaints.add("greedy token " + i + " is " + sequence.token(i) + ", not " + theirs[i]);
                break;
            }
        }
        decoder.close(sequence);
    }

    private void note(String what, double difference) {
        largest = Math.max(largest, difference);
        if (!(difference <= TOLERANCE)) {
            complaints.add(what + " differ by " + difference + ", more than " + TOLERANCE);
        }
    }

    CaseResult.Outcome outcome() {
        return complaints.isEmpty()
                ? new CaseResult.Passed(largest)
                : new CaseResult.Failed(largest, String.join("; ", complaints));
    }
}
