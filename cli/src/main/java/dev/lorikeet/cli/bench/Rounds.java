package dev.lorikeet.cli.bench;

import dev.lorikeet.engine.model.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures cases: the sides take turns, so that whatever else the machine does hits all of them. Each side has a process
 * of its own for each case, so that its peak memory is that case's.
 *
 * @param engine our side
 * @param peers the others
 * @param count turns of each side
 */
record Rounds(Contender engine, List<Contender> peers, int count) {
    Rounds {
        peers = List.copyOf(peers);
    }

    /** What one side has done so far. */
    private static final class Tally implements AutoCloseable {
        private final Contender side;
        private final Worker worker;
        private final List<Double> millis = new ArrayList<>();
        private long peakBytes;
        private String error = "";

        Tally(Contender side) {
            this.side = side;
            this.worker = side.start();
        }

        void turn(BenchCase one, Precision precision) {
            if (error.isEmpty()) {
                Worker.Answer answer = worker.ask(side.request(one, precision));
                millis.addAll(answer.millis());
                peakBytes = Math.max(peakBytes, answer.peakBytes());
                error = answer.error() == null ? "" : answer.error();
            }
        }

        Figures.Side figures(int tokens) {
            return error.isEmpty() ? Figures.Side.of(tokens, millis, peakBytes) : Figures.Side.failed(error);
        }

        @Override
        public void close() {
            worker.close();
        }
    }

    /** Measures a case in a precision. */
    Figures run(BenchCase one, Precision precision) {
        List<Tally> tallies = new ArrayList<>();
        try {
            tallies.add(new Tally(engine));
            for (Contender peer : peers) {
                tallies.add(new Tally(peer));
            }
            for (int round = 0; round < count; round++) {
                for (Tally tally : tallies) {
                    tally.turn(one, precision);
                }
            }
            Map<String, Figures.Side> others = new LinkedHashMap<>();
            for (Tally tally : tallies.subList(1, tallies.size())) {
                others.put(tally.side.name(), tally.figures(one.tokens()));
            }
            return new Figures(
                    one.name(), BenchCase.word(precision), tallies.getFirst().figures(one.tokens()), others);
        } finally {
            tallies.forEach(Tally::close);
        }
    }
}
