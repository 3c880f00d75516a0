package dev.lorikeet.cli.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** A table in plain text: columns as wide as they need, two blanks between them; control characters are dropped. */
public final class Table {

    private final List<List<String>> rows = new ArrayList<>();
    private final int columns;

    /**
     * An empty table.
     *
     * @param headings of the columns
     */
    public Table(String... headings) {
        columns = headings.length;
        rows.add(clean(headings));
    }

    /**
     * Adds a row.
     *
     * @param cells one for each column
     * @return this table
     */
    public Table row(String... cells) {
        if (cells.length != columns) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns + " columns");
        }
        rows.add(clean(cells));
        return this;
    }

    private static List<String> clean(String... cells) {
        return Arrays.stream(cells)
                .map(cell -> cell.replaceAll("\\p{Cntrl}", " "))
                .toList();
    }

    /** The lines, the headings first. */
    public List<String> lines() {
        List<Integer> widths = new ArrayList<>(Collections.nCopies(columns, 0));
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths.set(i, Math.max(widths.get(i), length(row.get(i))));
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i));
                if (i < columns - 1) {
                    line.append(" ".repeat(widths.get(i) - length(row.get(i)) + 2));
                }
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Prints all lines, the headings in bold. */
    public void print(Terminal terminal) {
        List<String> lines = lines();
        terminal.line(terminal.bold(lines.getFirst()));
        lines.subList(1, lines.size()).forEach(terminal::line);
    }
}
