package dev.lorikeet.cli.adapter;

import dev.lorikeet.proto.adapter.v1.Version;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** One version of an adapter, for people. */
final class VersionText {
    private VersionText() {}

    /** All of it, a line each. */
    static List<String> lines(String adapter, Version version) {
        List<String> lines = new ArrayList<>();
        lines.add(adapter + "@" + version.getNumber());
        lines.add(line("method", method(version) + " (stored as " + version.getKind() + ")"));
        lines.add(line("parameters", Long.toString(version.getParameters())));
        lines.add(line("bytes", Long.toString(version.getSizeBytes())));
        lines.add(line("base model", version.getBaseModel().getName()));
        lines.add(line("revision", version.getRevision()));
        lines.add(line("created", created(version)));
        if (!version.getJob().isEmpty()) {
            lines.add(line("job", version.getJob() + ", attempt " + version.getAttempt()));
        }
        new TreeMap<>(version.getMetricsMap())
                .forEach((name, value) -> lines.add(line(name.replace('_', ' '), number(value))));
        new TreeMap<>(version.getMetadataMap()).forEach((name, value) -> lines.add(line("label " + name, value)));
        return lines;
    }

    /** The training method as requests name it; PEFT's name where that is not known. */
    static String method(Version version) {
        return version.getMethod().isEmpty() ? version.getKind().toLowerCase(Locale.ROOT) : version.getMethod();
    }

    /** The loss of the last step. */
    static String loss(Version version) {
        Double loss = version.getMetricsMap().get("final_loss");
        return loss == null ? "-" : String.format(Locale.ROOT, "%.4f", loss);
    }

    /** When it was made. */
    static String created(Version version) {
        return Instant.ofEpochSecond(version.getCreatedAt().getSeconds()).toString();
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.4f", value);
    }

    private static String line(String name, String value) {
        return String.format(Locale.ROOT, "  %-18s%s", name, value);
    }
}
