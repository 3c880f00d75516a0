package dev.lorikeet.cli.experiment.result;

import java.util.ArrayList;
import java.util.List;

/** A table in Markdown. */
public final class MarkdownTable {
    private final List<String> lines = new ArrayList<>();
    private final int columns;

    /** An empty table. */
    public MarkdownTable(String... headings) {
        columns = headings.length;
        lines.add(line(headings));
        lines.add("|" + "---|".repeat(columns));
    }

    /** Adds a row of one cell a column. */
    public MarkdownTable row(String... cells) {
        if (cells.length != columns) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns + " columns");
        }
        lines.add(line(cells));
        return this;
    }

    private static String line(String... cells) {
        StringBuilder line = new StringBuilder("|");
        for (String cell : cells) {
            line.append(' ').append(cell.replace("|", "\\|")).append(" |");
        }
        return line.toString();
    }

    /** All lines, the last one ended too. */
    public String text() {
        return String.join("\n", lines) + "\n";
    }
}
