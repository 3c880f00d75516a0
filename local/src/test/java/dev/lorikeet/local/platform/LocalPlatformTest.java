package dev.lorikeet.local.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.local.infrastructure.InfrastructureState;
import dev.lorikeet.local.infrastructure.ServicesFile;
import dev.lorikeet.local.process.ProcessMark;
import dev.lorikeet.tenancy.TenantId;
import dev.lorikeet.tenancy.credential.Authentication;
import dev.lorikeet.tenancy.credential.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 180)
final class LocalPlatformTest {
    private static final TenantId ACME = new TenantId("acme");

    private static Path home;

    @TempDir
    Path data;

    @BeforeAll
    static void buildServices(@TempDir Path folder) throws IOException {
        home = FakeServices.build(folder);
    }

    @Test
    void everythingRunsIsFoundByOthersAndEndsInTheRightOrder() throws Exception {
        LocalPlatform platform = LocalPlatform.start(settings());
        List<ProcessHandle> processes = processes();
        try {
            assertThat(processes).hasSize(4).allMatch(ProcessHandle::isAlive);
            assertThat(topics(platform)).contains("lorikeet.training.requests", "lorikeet.scheduler.journal");
            assertThat(Credentials.open(platform.developmentKeys().credentialsFile())
                            .authenticate(platform.developmentKeys().authorization(ACME)))
                    .isEqualTo(new Authentication.Tenant(ACME));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(InfrastructureState.file(data))))
                    .isEqualTo("rw-------");

            LocalPlatform attached = LocalPlatform.attach(data).orElseThrow();
            assertThat(attached.endpoints()).isEqualTo(platform.endpoints());
            assertThat(attached.developmentKeys().keys())
                    .isEqualTo(platform.developmentKeys().keys());
            assertThatThrownBy(() -> LocalPlatform.start(settings()))
                    .isInstanceOf(PlatformFailure.class)
                    .hasMessageContaining("already runs");
        } finally {
            platform.close();
        }

        assertThat(processes).noneMatch(ProcessHandle::isAlive);
        assertThat(LocalPlatform.attach(data)).isEmpty();
        for (Service service : Service.values()) {
            assertThat(platform.log(service)).content().contains("ended before the broker");
        }
    }

    @Test
    void aKilledServiceRestartsOnItsPort() throws Exception {
        try (LocalPlatform platform = LocalPlatform.start(settings())) {
            Endpoints before = platform.endpoints();
            platform.checkAlive();

            platform.kill(Service.TRAINER);

            assertThat(platform.alive(Service.TRAINER)).isFalse();
            assertThatThrownBy(platform::checkAlive)
                    .isInstanceOf(PlatformFailure.class)
                    .hasMessageContaining("trainer-service has ended");
            platform.restart(Service.TRAINER);
            platform.checkAlive();
            assertThat(platform.endpoints()).isEqualTo(before);
        }
    }

    @Test
    void afterACrashOfTheInfrastructureTheNextPlatformHasItsPortsKeysAndTopics() throws Exception {
        try (LocalPlatform platform = LocalPlatform.start(settings())) {
            List<ProcessHandle> services = processes();
            services.removeFirst();
            ProcessHandle infrastructure = InfrastructureState.read(data)
                    .orElseThrow()
                    .process()
                    .find()
                    .orElseThrow();
            infrastructure.destroyForcibly();
            infrastructure.onExit().get(30, TimeUnit.SECONDS);

            try (LocalPlatform next = LocalPlatform.start(settings())) {
                assertThat(services).hasSize(3).noneMatch(ProcessHandle::isAlive);
                assertThat(next.endpoints().bootstrapServers())
                        .isEqualTo(platform.endpoints().bootstrapServers());
                assertThat(next.endpoints().store())
                        .isEqualTo(platform.endpoints().store());
                assertThat(next.developmentKeys().keys())
                        .isEqualTo(platform.developmentKeys().keys());
                assertThat(topics(next)).contains("lorikeet.scheduler.journal");
            }
        }
    }

    @Test
    void aServiceThatCannotStartIsReportedWithItsLastLinesAndNothingIsLeftBehind() throws Exception {
        assertThatThrownBy(() -> LocalPlatform.start(settings().withSettings(Map.of("lorikeet.fail", "yes"))))
                .isInstanceOf(PlatformFailure.class)
                .hasMessageContaining("the fatal reason");

        assertThat(processes()).isEmpty();
        assertThat(LocalPlatform.attach(data)).isEmpty();
    }

    @Test
    void allProcessesEndWhenTheOneThatStartedThemIsKilled() throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StartAndWait.class.getName(),
                        home.toString(),
                        data.toString())
                .redirectErrorStream(true)
                .start();
        List<ProcessHandle> processes;
        try {
            assertThat(parent.inputReader()
                            .lines()
                            .filter(line -> line.equals("STARTED"))
                            .findFirst())
                    .isPresent();
            processes = processes();
            assertThat(processes).hasSize(4);
        } finally {
            parent.destroyForcibly();
        }

        for (ProcessHandle process : processes) {
            process.onExit().get(60, TimeUnit.SECONDS);
        }
        for (Service service : Service.values()) {
            assertThat(data.resolve("logs/" + service.module() + ".log"))
                    .content()
                    .contains("ended before the broker");
        }
    }

    /** The parent of the test above. */
    static final class StartAndWait {
        private StartAndWait() {}

        public static void main(String[] arguments) throws Exception {
            var _ = LocalPlatform.start(LocalPlatformTest.settings(Path.of(arguments[0]), Path.of(arguments[1])));
            System.out.println("STARTED");
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    private LocalSettings settings() {
        return settings(home, data);
    }

    private static LocalSettings settings(Path home, Path data) {
        return LocalSettings.of(home, data, new LocalSettings.BaseModel("tiny", home))
                .onAnyPorts();
    }

    private List<ProcessHandle> processes() throws IOException {
        List<ProcessHandle> found = new ArrayList<>();
        InfrastructureState.read(data).flatMap(state -> state.process().find()).ifPresent(found::add);
        ServicesFile.read(data)
                .ifPresent(file -> file.services().values().stream()
                        .map(ServicesFile.Service::process)
                        .map(ProcessMark::find)
                        .forEach(handle -> handle.ifPresent(found::add)));
        return found;
    }

    private static List<String> topics(LocalPlatform platform) throws Exception {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", platform.endpoints().bootstrapServers()))) {
            return List.copyOf(admin.listTopics().names().get());
        }
    }
}
