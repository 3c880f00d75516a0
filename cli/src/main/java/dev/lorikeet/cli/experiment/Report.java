package dev.lorikeet.cli.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an experiment found, for people.
 *
 * @param markdown title, conditions, tables
 * @param charts SVG by file name without its ending
 */
record Report(String markdown, Map<String, String> charts) {
    Report {
        charts = Collections.unmodifiableMap(new LinkedHashMap<>(charts));
    }

    /** Writes {@code name.md} with links to the charts, and these beside it. */
    void write(Path folder, String name) throws IOException {
        Files.createDirectories(folder);
        StringBuilder text = new StringBuilder(markdown);
        for (Map.Entry<String, String> chart : charts.entrySet()) {
            String file = chart.getKey() + ".svg";
            Files.writeString(folder.resolve(file), chart.getValue());
            text.append("\n![").append(chart.getKey()).append("](").append(file).append(")\n");
        }
        Files.writeString(folder.resolve(name + ".md"), text);
    }
}
