package dev.lorikeet.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.cli.terminal.CommandFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** bench/peer.py, running: it is asked a line and answers a line. */
final class Peer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Writer requests;
    private final BufferedReader answers;

    /**
     * An answer.
     *
     * @param millis of each iteration; empty after an error
     * @param peakBytes of the peer's memory
     * @param error what went wrong, or null
     */
    record Answer(
            List<Double> millis, long peakBytes, @Nullable String error) {
        Answer {
            millis = List.copyOf(millis);
        }
    }

    private Peer(Process process) {
        this.process = process;
        this.requests = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts it.
     *
     * @param python an interpreter that has torch, transformers and peft
     * @param script bench/peer.py
     * @param model a folder in Hugging Face's format
     */
    static Peer start(Path python, Path script, Path model, int threads) {
        if (!Files.isExecutable(python)) {
            throw new CommandFailure("--peer-python " + python + " is no program that can be run");
        }
        if (!Files.isRegularFile(script)) {
            throw new CommandFailure("the peer's script " + script + " is not there");
        }
        List<String> command = List.of(
                python.toString(),
                "-W",
                "ignore",
                script.toString(),
                "--model",
                model.toString(),
                "--threads",
                Integer.toString(threads));
        try {
            return new Peer(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new CommandFailure("cannot start " + python + ": " + e.getMessage(), e);
        }
    }

    /** Asks for a round of iterations. */
    Answer ask(ObjectNode request) {
        try {
            requests.write(JSON.writeValueAsString(request) + "\n");
            requests.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new CommandFailure("the peer ended (exit code " + process.waitFor() + "): does its Python have"
                        + " torch, transformers and peft?");
            }
            JsonNode answer = JSON.readTree(line);
            List<Double> millis = new ArrayList<>();
            answer.path("millis").forEach(value -> millis.add(value.asDouble()));
            return new Answer(
                    millis,
                    answer.path("peak_bytes").asLong(),
                    answer.has("error") ? answer.path("error").asText() : null);
        } catch (IOException e) {
            throw new CommandFailure("the peer cannot be talked to: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted while the peer ended", e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
