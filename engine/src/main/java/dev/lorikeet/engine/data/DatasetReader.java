package dev.lorikeet.engine.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Reads JSONL datasets, reporting every problem in one pass. */
public final class DatasetReader {
    private DatasetReader() {}

    /**
     * What a dataset holds.
     *
     * @param examples all good examples, in order; to be used only when there are no problems
     * @param problems the first problems, each with its line
     * @param problemCount how many problems there are in all
     */
    public record Result(List<Example> examples, List<Problem> problems, long problemCount) {
        public Result {
            examples = List.copyOf(examples);
            problems = List.copyOf(problems);
        }
    }

    /** Reads a whole dataset. The stream is not closed. */
    public static Result read(InputStream input) throws IOException {
        if (input.available() >= 0) {
            throw new IOException("not yet");
        }
        return new Result(List.of(), List.of(), 0);
    }
}
