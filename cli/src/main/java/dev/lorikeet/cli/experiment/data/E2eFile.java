package dev.lorikeet.cli.experiment.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads files of the E2E challenge's form: a line {@code meaning||reference}, several lines for one meaning. */
public final class E2eFile {
    private static final String BETWEEN = "||";

    private E2eFile() {}

    /**
     * All meanings of some files, in order of their first line, each with all of its references.
     *
     * @throws MalformedDataException if a line is not of this form; the message names file and line
     */
    public static List<Meaning> read(List<Path> files) throws IOException {
        Map<String, List<String>> references = new LinkedHashMap<>();
        for (Path file : files) {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                int between = line.indexOf(BETWEEN);
                String reference = between < 0
                        ? ""
                        : line.substring(between + BETWEEN.length()).strip();
                if (reference.isEmpty()) {
                    throw new MalformedDataException(file, number, "not of the form meaning||reference");
                }
                String meaning = line.substring(0, between).strip();
                try {
                    Meaning.of(meaning, List.of(reference));
                } catch (IllegalArgumentException e) {
                    throw new MalformedDataException(file, number, String.valueOf(e.getMessage()));
                }
                references.computeIfAbsent(meaning, key -> new ArrayList<>()).add(reference);
            }
        }
        return references.entrySet().stream()
                .map(entry -> Meaning.of(entry.getKey(), entry.getValue()))
                .toList();
    }
}
