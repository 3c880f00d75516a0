package dev.lorikeet.local.platform;

import java.nio.file.Path;
import java.util.List;

/** The platform's services, each a Quarkus application of its module. */
public enum Service {
    /** Decides which job runs where. */
    SCHEDULER("scheduler-service", 7701, "-Xmx256m"),
    /** Trains. Its heap holds examples and files; weights live outside of it. */
    TRAINER("trainer-service", 7702, "-Xmx1g"),
    /** Answers. Its heap holds requests and files; weights live outside of it. */
    SERVING("serving-service", 7700, "-Xmx1g");

    private final String module;
    private final int usualPort;
    private final String heap;

    Service(String module, int usualPort, String heap) {
        this.module = module;
        this.usualPort = usualPort;
        this.heap = heap;
    }

    /** Name of its module, which is also its name in logs. */
    public String module() {
        return module;
    }

    /** The port that people expect it at, HTTP and gRPC. */
    public int usualPort() {
        return usualPort;
    }

    /** Its application within a checkout that was built. */
    public Path application(Path home) {
        return home.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
    }

    /** What its JVM is started with: small, since all share one machine. */
    List<String> jvmArguments() {
        return List.of(
                heap,
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                // Quarkus asks for it in its jar's manifest, which counts only under java -jar.
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dai.djl.offline=true",
                "-Dquarkus.vertx.event-loops-pool-size=2",
                "-Dquarkus.thread-pool.max-threads=16");
    }
}
