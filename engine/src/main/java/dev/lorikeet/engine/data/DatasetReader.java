package dev.lorikeet.engine.data;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads JSONL datasets: one example a line, {@code {"messages": [...]}}, {@code {"prompt": ..., "completion": ...}} or
 * {@code {"text": ...}}; the first two may have a picture, {@code "image": "data:image/png;base64,..."}, or as a part of the
 * user's first message. For encoders {@code {"text": ..., "label": ...}}, with {@code "text_pair"} if need be. Blank lines are skipped. Every problem of the file is found in one pass.
 */
public final class DatasetReader {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    /** Pictures stay in memory, compressed, while a job trains. */
    private static final long MOST_IMAGE_BYTES = 256L << 20;

    private final Limits limits;
    private final List<Example> examples = new ArrayList<>();
    private final List<Long> lines = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private long problemCount;
    private long imageBytes;
    private boolean tooManyImages;

    private DatasetReader(Limits limits) {
        this.limits = limits;
    }

    /**
     * How large a dataset may be.
     *
     * @param bytes of the whole file
     * @param lines of the whole file, blank ones included
     * @param lineBytes of one line
     * @param problems how many problems are kept; all are counted
     */
    public record Limits(long bytes, long lines, int lineBytes, int problems) {
        /** 1 GiB, a million lines, 4 MiB a line, 100 problems. */
        public static final Limits DEFAULT = new Limits(1L << 30, 1_000_000, 4 << 20, 100);

        public Limits {
            if (bytes < 1 || lines < 1 || lineBytes < 1 || problems < 1) {
                throw new IllegalArgumentException("every limit must be at least 1");
            }
        }
    }

    /**
     * What a dataset holds.
     *
     * @param examples all good examples, in order; to be used only when there are no problems
     * @param lines of the examples, from 1
     * @param problems the first problems, each with its line
     * @param problemCount how many problems there are in all
     */
    public record Result(List<Example> examples, List<Long> lines, List<Problem> problems, long problemCount) {
        public Result {
            examples = List.copyOf(examples);
            lines = List.copyOf(lines);
            problems = List.copyOf(problems);
        }
    }

    /**
     * Reads a whole dataset within the usual limits. The stream is not closed.
     *
     * @throws IOException if the stream fails; a bad dataset is a result, not an exception
     */
    public static Result read(InputStream input) throws IOException {
        return read(input, Limits.DEFAULT);
    }

    /** Reads a whole dataset within limits. The stream is not closed. */
    public static Result read(InputStream input, Limits limits) throws IOException {
        var reader = new DatasetReader(limits);
        reader.lines(new BufferedInputStream(input, 1 << 16));
        return new Result(reader.examples, reader.lines, reader.problems, reader.problemCount);
    }

    private void lines(InputStream input) throws IOException {
        var line = new ByteArrayOutputStream();
        long number = 1;
        long total = 0;
        long lineLength = 0;
        for (int b = input.read(); b >= 0; b = input.read()) {
            if (++total > limits.bytes()) {
                problem(0, "the file is larger than " + limits.bytes() + " bytes");
                return;
            }
            if (b == '\n') {
                line(number, line, lineLength);
                line.reset();
                lineLength = 0;
                number++;
                continue;
            }
            if (number > limits.lines()) {
                problem(0, "the file has more than " + limits.lines() + " lines");
                return;
            }
            if (++lineLength <= limits.lineBytes()) {
                line.write(b);
            }
        }
        line(number, line, lineLength);
        if (examples.isEmpty() && problemCount == 0) {
            problem(0, "the file holds no example");
        }
    }

    private void line(long number, ByteArrayOutputStream bytes, long length) {
        if (length > limits.lineBytes()) {
            problem(number, "the line is longer than " + limits.lineBytes() + " bytes");
            return;
        }
        String text;
        try {
            text = decoded(number, bytes.toByteArray());
        } catch (CharacterCodingException e) {
            problem(number, "the line is not valid UTF-8");
            return;
        }
        if (text.isBlank()) {
            return;
        }
        var parsed = ExampleParser.parse(text);
        parsed.example().ifPresent(example -> {
            if (example instanceof Example.Pictured pictured) {
                imageBytes += pictured.image().bytes().length;
                if (imageBytes > MOST_IMAGE_BYTES) {
                    // Told once; what follows is still checked, but not kept.
                    if (!tooManyImages) {
                        problem(0, "the images of the file have more than " + MOST_IMAGE_BYTES + " bytes in all");
                    }
                    tooManyImages = true;
                    return;
                }
            }
            examples.add(example);
            lines.add(number);
        });
        for (var reason : parsed.reasons()) {
            problem(number, reason);
        }
    }

    private static String decoded(long number, byte[] bytes) throws CharacterCodingException {
        int from = 0;
        if (number == 1
                && bytes.length >= BYTE_ORDER_MARK.length
                && java.util.Arrays.equals(
                        bytes, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length)) {
            from = BYTE_ORDER_MARK.length;
        }
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes, from, bytes.length - from))
                .toString();
    }

    private void problem(long line, String reason) {
        if (problemCount++ < limits.problems()) {
            problems.add(new Problem(line, reason));
        }
    }
}
