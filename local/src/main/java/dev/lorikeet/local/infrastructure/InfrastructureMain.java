package dev.lorikeet.local.infrastructure;

import dev.lorikeet.local.process.ProcessMark;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;

/**
 * The infrastructure process: broker and store over one data folder, until SIGTERM or until its parent has ended.
 *
 * <p>Arguments: data folder, wished broker port, wished store port, parent's process id (0: none). Prints one line that
 * starts with {@code READY} when both answer. Exit codes: 0 after an orderly end, 1 when it cannot start, 3 when another
 * process already runs on the folder.
 */
public final class InfrastructureMain {
    /** Begins the line that says that both answer. */
    public static final String READY = "READY";

    private static final int FAILED = 1;
    private static final int IN_USE = 3;

    private InfrastructureMain() {}

    /** Runs until told to end. */
    public static void main(String[] arguments) throws Exception {
        Path data = Path.of(arguments[0]).toAbsolutePath();
        Infrastructure.Ports wished =
                new Infrastructure.Ports(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        long parent = Long.parseLong(arguments[3]);
        System.exit(run(data, wished, parent, System.out));
    }

    private static int run(Path data, Infrastructure.Ports wished, long parent, PrintStream out) throws Exception {
        Path folder = InfrastructureState.folder(data);
        Files.createDirectories(folder);
        try (FileChannel channel =
                        FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                out.println("Another infrastructure process already runs on " + data);
                return IN_USE;
            }
            return serve(data, wished, parent, out);
        }
    }

    private static int serve(Path data, Infrastructure.Ports wished, long parent, PrintStream out)
            throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        // SIGTERM: the hook holds the JVM until everything is on disk.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            end.countDown();
            awaitQuietly(ended);
        }));
        try (Infrastructure infrastructure = start(data, wished, new SecureRandom())) {
            out.println(READY + " kafka=" + infrastructure.bootstrapServers() + " store="
                    + infrastructure.store().endpoint());
            out.flush();
            if (parent != 0) {
                Thread.ofPlatform().name("parent-watch").daemon().start(() -> {
                    ProcessHandle.of(parent)
                            .ifPresent(process -> process.onExit().join());
                    ServicesFile.awaitEndOfServices(data);
                    end.countDown();
                });
            }
            end.await();
            return 0;
        } catch (IOException | RuntimeException e) {
            out.println("Infrastructure cannot run on " + data + ": " + e);
            e.printStackTrace(out);
            return FAILED;
        } finally {
            ended.countDown();
        }
    }

    private static Infrastructure start(Path data, Infrastructure.Ports wished, RandomGenerator random)
            throws IOException {
        Optional<InfrastructureState> before = InfrastructureState.read(data);
        Infrastructure.Ports ports = before.map(state -> new Infrastructure.Ports(state.kafkaPort(), state.storePort()))
                .orElse(wished);
        String accessKey = before.map(state -> state.store().accessKey()).orElseGet(() -> secret(random));
        String secretKey = before.map(state -> state.store().secretKey()).orElseGet(() -> secret(random));
        Infrastructure infrastructure =
                Infrastructure.start(InfrastructureState.folder(data), ports, accessKey, secretKey);
        try {
            StateFile.write(
                    InfrastructureState.file(data),
                    new InfrastructureState(
                            ProcessMark.of(ProcessHandle.current()),
                            infrastructure.kafkaPort(),
                            infrastructure.store().endpoint().getPort(),
                            infrastructure.store()));
            return infrastructure;
        } catch (IOException | RuntimeException e) {
            infrastructure.close();
            throw e;
        }
    }

    private static String secret(RandomGenerator random) {
        byte[] bytes = new byte[18];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
