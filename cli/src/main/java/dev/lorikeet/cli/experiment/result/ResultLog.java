package dev.lorikeet.cli.experiment.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The finished runs of an experiment, a line of JSON each: a run that is in the file is not done again. A last line that
 * was cut off counts as none, and is cut away.
 */
public final class ResultLog {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final Map<RunResult.Key, RunResult> results;
    private final Map<RunResult.Key, RunResult> asked = new LinkedHashMap<>();

    private ResultLog(Path file, Map<RunResult.Key, RunResult> results) {
        this.file = file;
        this.results = results;
    }

    /**
     * Opens a file, or begins it.
     *
     * @throws IOException if it cannot be read, or a line other than the last is no result
     */
    public static ResultLog open(Path file) throws IOException {
        Map<RunResult.Key, RunResult> results = new LinkedHashMap<>();
        if (Files.exists(file)) {
            List<String> lines = Files.readAllLines(file);
            List<String> whole = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                try {
                    RunResult result = JSON.readValue(lines.get(i), RunResult.class);
                    results.put(result.key(), result);
                    whole.add(lines.get(i));
                } catch (JsonProcessingException e) {
                    if (i < lines.size() - 1) {
                        throw new IOException(file + ", line " + (i + 1) + ", is no result of a run", e);
                    }
                }
            }
            if (whole.size() < lines.size()) {
                Files.write(file, whole);
            }
        }
        return new ResultLog(file, results);
    }

    /** Its file. */
    public Path file() {
        return file;
    }

    /** Runs that are finished. */
    public int size() {
        return results.size();
    }

    /** All of them, in order. */
    public List<RunResult> all() {
        return List.copyOf(results.values());
    }

    /** Those that were asked for or added since it was opened, in that order. */
    public List<RunResult> used() {
        return List.copyOf(asked.values());
    }

    /** A run's result, if it is finished. */
    public Optional<RunResult> find(RunResult.Key key) {
        RunResult found = results.get(key);
        if (found != null) {
            asked.put(key, found);
        }
        return Optional.ofNullable(found);
    }

    /** Keeps a result. */
    public RunResult add(RunResult result) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.write(
                file,
                Collections.singleton(JSON.writeValueAsString(result)),
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        results.put(result.key(), result);
        asked.put(result.key(), result);
        return result;
    }
}
