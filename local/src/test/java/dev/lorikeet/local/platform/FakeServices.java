package dev.lorikeet.local.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** A checkout whose services are small programs that only listen: compiled here, packed as Quarkus does. */
final class FakeServices {
    private FakeServices() {}

    static Path build(Path home) throws IOException {
        Path source = home.resolve("source/io/quarkus/bootstrap/runner/QuarkusEntryPoint.java");
        Path classes = Files.createDirectories(home.resolve("classes"));
        Files.createDirectories(source.getParent());
        try (InputStream text = Objects.requireNonNull(
                FakeServices.class.getResourceAsStream("/fake-service/QuarkusEntryPoint.java.txt"))) {
            Files.writeString(source, new String(text.readAllBytes(), StandardCharsets.UTF_8));
        }
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                OutputStream.nullOutputStream(),
                                OutputStream.nullOutputStream(),
                                "-proc:none",
                                "-d",
                                classes.toString(),
                                source.toString()))
                .isZero();
        for (Service service : Service.values()) {
            Path application = service.application(home);
            Files.createDirectories(application.getParent());
            pack(classes, application);
        }
        return home;
    }

    private static void pack(Path classes, Path jar) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(classes)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Path file : files) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }
}
