package dev.lorikeet.cli.bench;

import java.util.Locale;

/** The figures as lines of a table in Markdown. */
final class FiguresTable {

    private FiguresTable() {}

    static String header(boolean peer) {
        String ours = "| case | precision | ms | best ms | tokens/s | peak MiB |";
        String rule = "|---|---|---|---|---|---|";
        return peer
                ? ours + " PEFT ms | tokens/s | peak MiB | PEFT / Lorikeet |\n" + rule + "---|---|---|---|"
                : ours + "\n" + rule;
    }

    static String row(Figures figures) {
        Figures.Side engine = figures.engine();
        String row = String.format(
                Locale.ROOT,
                "| %s | %s | %.1f | %.1f | %.0f | %d |",
                figures.name(),
                figures.precision(),
                engine.medianMillis(),
                engine.bestMillis(),
                engine.tokensPerSecond(),
                engine.peakBytes() >> 20);
        Figures.Side peer = figures.peer();
        Double ratio = figures.ratio();
        if (peer == null) {
            return row;
        }
        if (ratio == null) {
            return row + " failed: " + peer.error() + " | | | |";
        }
        return row
                + String.format(
                        Locale.ROOT,
                        " %.1f | %.0f | %d | %.2f |",
                        peer.medianMillis(),
                        peer.tokensPerSecond(),
                        peer.peakBytes() >> 20,
                        ratio);
    }
}
