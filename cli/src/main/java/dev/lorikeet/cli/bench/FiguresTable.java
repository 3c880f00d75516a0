package dev.lorikeet.cli.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures as lines of a table in Markdown. */
final class FiguresTable {

    private FiguresTable() {}

    static String header(List<String> peers) {
        StringBuilder names = new StringBuilder("| case | precision | ms | best ms | tokens/s | peak MiB |");
        StringBuilder rule = new StringBuilder("|---|---|---|---|---|---|");
        for (String peer : peers) {
            names.append(' ')
                    .append(peer)
                    .append(" ms | tokens/s | peak MiB | ")
                    .append(peer)
                    .append(" / Lorikeet |");
            rule.append("---|---|---|---|");
        }
        return names + "\n" + rule;
    }

    static String row(Figures figures) {
        StringBuilder row = new StringBuilder("| " + figures.name() + " | " + figures.precision() + " |");
        Figures.Side engine = figures.engine();
        if (engine.error() != null) {
            row.append(" failed: ").append(engine.error()).append(" | | | |");
        } else {
            row.append(String.format(
                    Locale.ROOT,
                    " %.1f | %.1f | %.0f | %d |",
                    engine.medianMillis(),
                    engine.bestMillis(),
                    engine.tokensPerSecond(),
                    engine.peakBytes() >> 20));
        }
        for (Map.Entry<String, Figures.Side> entry : figures.peers().entrySet()) {
            Figures.Side peer = entry.getValue();
            if (peer.error() != null) {
                row.append(" failed: ").append(peer.error()).append(" | | | |");
            } else {
                row.append(String.format(
                        Locale.ROOT,
                        " %.1f | %.0f | %d | %.2f |",
                        peer.medianMillis(),
                        peer.tokensPerSecond(),
                        peer.peakBytes() >> 20,
                        peer.medianMillis() / engine.medianMillis()));
            }
        }
        return row.toString();
    }
}
