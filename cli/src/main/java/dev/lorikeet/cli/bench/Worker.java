package dev.lorikeet.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.cli.terminal.CommandFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A process that does one side's work: it is asked a line and answers a line. */
final class Worker implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String hint;
    private final Process process;
    private final Writer requests;
    private final BufferedReader answers;

    /**
     * An answer.
     *
     * @param millis of each iteration; empty after an error
     * @param peakBytes of the process's memory since its work was ready
     * @param error what went wrong, or null
     */
    record Answer(
            List<Double> millis, long peakBytes, @Nullable String error) {
        Answer {
            millis = List.copyOf(millis);
        }
    }

    private Worker(Process process, String hint) {
        this.hint = hint;
        this.process = process;
        this.requests = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts it.
     *
     * @param hint what to ask the user if it ends by itself
     */
    static Worker start(List<String> command, String hint) {
        try {
            return new Worker(
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start(),
                    hint);
        } catch (IOException e) {
            throw new CommandFailure("cannot start " + command.getFirst() + ": " + e.getMessage(), e);
        }
    }

    /** Asks for a round of iterations. */
    Answer ask(ObjectNode request) {
        try {
            requests.write(JSON.writeValueAsString(request) + "\n");
            requests.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new CommandFailure(
                        "a side of the benchmark ended (exit code " + process.waitFor() + "): " + hint);
            }
            JsonNode answer = JSON.readTree(line);
            List<Double> millis = new ArrayList<>();
            answer.path("millis").forEach(value -> millis.add(value.asDouble()));
            return new Answer(
                    millis,
                    answer.path("peak_bytes").asLong(),
                    answer.has("error") ? answer.path("error").asText() : null);
        } catch (IOException e) {
            throw new CommandFailure("a side of the benchmark cannot be talked to: " + e.getMessage() + "; " + hint, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted while a side of the benchmark ended", e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
