package dev.lorikeet.engine.encode;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.model.Positions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several texts' tokens one behind another, as encode.py reads them. */
final class Batch {
    private final List<Text> texts;
    private final long[] tokens;
    private final long[] positions;
    private final long[] types;
    private final long[] cells;
    private final long[] owners;
    private final long[] lengths;
    private final long[] firsts;

    Batch(List<Text> texts, ModelConfig config) {
        this.texts = texts;
        int rows = texts.stream().mapToInt(text -> text.tokens().length).sum();
        int longest =
                texts.stream().mapToInt(text -> text.tokens().length).max().orElse(0);
        this.tokens = new long[rows];
        this.positions = new long[rows];
        this.types = new long[rows];
        this.cells = new long[rows];
        this.owners = new long[rows];
        this.lengths = new long[texts.size()];
        this.firsts = new long[texts.size()];
        int first = config.positions() instanceof Positions.Learned learned ? learned.first() : 0;
        int row = 0;
        for (int i = 0; i < texts.size(); i++) {
            Text text = texts.get(i);
            lengths[i] = text.tokens().length;
            firsts[i] = row;
            int next = first;
            for (int at = 0; at < text.tokens().length; at++) {
                tokens[row] = text.tokens()[at];
                types[row] = text.types()[at];
                // RoBERTa counts positions over the tokens that are not padding's, also inside of a text.
                boolean padding = first > 0 && text.tokens()[at] == first - 1;
                positions[row] = padding ? first - 1 : next++;
                cells[row] = (long) i * longest + at;
                owners[row] = i;
                row++;
            }
        }
    }

    /** Each token's adapter. */
    List<@Nullable ResidentAdapter> rows(List<@Nullable ResidentAdapter> adapters) {
        List<@Nullable ResidentAdapter> rows = new ArrayList<>(tokens.length);
        for (int i = 0; i < texts.size(); i++) {
            rows.addAll(Collections.nCopies(texts.get(i).tokens().length, adapters.get(i)));
        }
        return rows;
    }

    /** The first arguments of {@code encode}. */
    List<NDArray> arrays(NDManager scope) {
        List<NDArray> arrays = new ArrayList<>();
        for (long[] values : List.of(tokens, positions, types, cells, owners, lengths, firsts)) {
            arrays.add(scope.create(values));
        }
        return arrays;
    }
}
