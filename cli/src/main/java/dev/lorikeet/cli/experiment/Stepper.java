package dev.lorikeet.cli.experiment;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.decode.Feed;
import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.engine.decode.Sequence;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Times decode steps of one way to serve.
 *
 * @param name what tables call it
 * @param decoder of the model it runs on
 * @param adapter what every row runs with, or null
 */
record Stepper(String name, Decoder decoder, @Nullable ResidentAdapter adapter) {
    /**
     * Decodes behind fresh prompts; the prefill and one step to warm up are not timed.
     *
     * @return milliseconds of each step
     */
    List<Double> times(List<int[]> prompts, int steps) {
        List<Sequence> rows = new ArrayList<>();
        try {
            prompts.forEach(prompt -> rows.add(decoder.open(prompt, adapter, SamplingOptions.GREEDY)));
            feed(rows);
            feed(rows);
            List<Double> millis = new ArrayList<>();
            for (int step = 0; step < steps; step++) {
                long begin = System.nanoTime();
                feed(rows);
                millis.add((System.nanoTime() - begin) / 1e6);
            }
            return millis;
        } finally {
            rows.forEach(decoder::close);
        }
    }

    private void feed(List<Sequence> rows) {
        decoder.step(rows.stream().map(row -> new Feed(row, row.pending())).toList());
    }
}
