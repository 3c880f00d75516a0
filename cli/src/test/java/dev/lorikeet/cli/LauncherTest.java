package dev.lorikeet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher script itself, in a copy of its own, among made-up JDKs and Mavens. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {

    private static final Path SCRIPT =
            Path.of("..", "lorikeet").toAbsolutePath().normalize();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private record Outcome(int code, String out, String err) {}

    @BeforeEach
    void copyTheScript() throws IOException {
        Path root = Files.createDirectories(folder.resolve("root"));
        Files.copy(SCRIPT, root.resolve("lorikeet"));
        assertThat(root.resolve("lorikeet").toFile().setExecutable(true)).isTrue();
        Files.createDirectories(folder.resolve("jdks"));
        Files.createDirectories(folder.resolve("home"));
    }

    @Test
    void theJdkNamedByTheUserWins() throws Exception {
        Path named = jdk(folder.resolve("mine"), "25.0.1");
        Path javaHome = jdk(folder.resolve("other"), "26");

        Outcome outcome = run(Map.of("LORIKEET_JAVA", named.toString(), "JAVA_HOME", javaHome.toString()), "jdk");

        assertThat(outcome.out()).isEqualTo(named + "\n");
    }

    @Test
    void aJavaExecutableNamesItsJdk() throws Exception {
        Path named = jdk(folder.resolve("mine"), "25.0.1");

        Outcome outcome = run(Map.of("LORIKEET_JAVA", named + "/bin/java"), "jdk");

        assertThat(outcome.out()).isEqualTo(named + "\n");
    }

    @Test
    void anUnfitJdkNamedByTheUserIsAnErrorAndNotReplacedSilently() throws Exception {
        Path old = jdk(folder.resolve("old"), "21.0.4");
        jdk(folder.resolve("jdks/good"), "25");

        Outcome outcome = run(Map.of("LORIKEET_JAVA", old.toString()), "jdk");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("LORIKEET_JAVA=" + old).contains("no JDK 25");
    }

    @Test
    void anOldJavaHomeIsPassedOver() throws Exception {
        Path old = jdk(folder.resolve("old"), "17.0.12");
        Path good = jdk(folder.resolve("jdks/good"), "25");

        Outcome outcome = run(Map.of("JAVA_HOME", old.toString()), "jdk");

        assertThat(outcome.out()).isEqualTo(good + "\n");
    }

    @Test
    void ofTheInstalledOnesTheOldestThatSufficesIsTaken() throws Exception {
        jdk(folder.resolve("jdks/a-26"), "26.0.1");
        Path suffices = jdk(folder.resolve("jdks/b-25"), "25.0.2");
        jdk(folder.resolve("jdks/c-21"), "21");
        jdk(folder.resolve("jdks/d-8"), "1.8.0_402");

        assertThat(run(Map.of(), "jdk").out()).isEqualTo(suffices + "\n");
    }

    @Test
    void aJreWithoutACompilerIsNoJdk() throws Exception {
        Path jre = jdk(folder.resolve("jdks/jre"), "25");
        Files.delete(jre.resolve("bin/javac"));

        assertThat(run(Map.of(), "jdk").code()).isEqualTo(1);
    }

    @Test
    void aJdkWithoutAReleaseFileIsAskedForItsVersion() throws Exception {
        Path asked = jdk(folder.resolve("jdks/asked"), "25");
        Files.delete(asked.resolve("release"));
        executable(asked.resolve("bin/java"), "echo 'openjdk version \"25.0.1\" 2025-10-21' >&2");

        assertThat(run(Map.of(), "jdk").out()).isEqualTo(asked + "\n");
    }

    @Test
    void theBundlesOfMacOsAreLookedInto() throws Exception {
        Path home = jdk(folder.resolve("jdks/temurin-25.jdk/Contents/Home"), "25");

        assertThat(run(Map.of(), "jdk").out()).isEqualTo(home + "\n");
    }

    @Test
    void withoutAJdkItSaysWhatWasFoundAndWhatToDo() throws Exception {
        Path old = jdk(folder.resolve("jdks/old"), "17.0.12");

        Outcome outcome = run(Map.of(), "up");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("needs a JDK 25 or newer")
                .contains(old.toString())
                .contains("LORIKEET_JAVA");
    }

    @Test
    void withoutAFittingMavenItSaysWhatToDo() throws Exception {
        jdk(folder.resolve("jdks/good"), "25");
        Path maven = executable(folder.resolve("mvn"), "echo 'Apache Maven 3.8.6 (abc)'");

        Outcome outcome = run(Map.of("LORIKEET_MVN", maven.toString()), "build");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains(maven + " is no Maven 3.8.7 or newer");
    }

    @Test
    void aFailedBuildShowsItsErrorsAndEndsWithFailure() throws Exception {
        jdk(folder.resolve("jdks/good"), "25");
        Path maven = maven("echo '[ERROR] no such symbol'; exit 1");

        Outcome outcome = run(Map.of("LORIKEET_MVN", maven.toString()), "jobs", "list");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("[ERROR] no such symbol").contains("The build failed");
    }

    @Test
    void aCommandBuildsOnceAndAgainOnlyAfterAChange() throws Exception {
        jdk(folder.resolve("jdks/good"), "25");
        Path sources = Files.createDirectories(folder.resolve("root/cli/src/main/java"));
        Files.writeString(folder.resolve("root/pom.xml"), "<project/>");
        Path maven = maven("echo built >> builds; mkdir -p cli/target; echo some.jar > cli/target/class-path");
        Map<String, String> environment = Map.of("LORIKEET_MVN", maven.toString());

        run(environment, "doctor");
        Outcome second = run(environment, "doctor", "--json");

        assertThat(Files.readAllLines(folder.resolve("root/builds"))).hasSize(1);
        assertThat(second.out())
                .contains("dev.lorikeet.cli.Main doctor --json")
                .contains("--enable-native-access=ALL-UNNAMED");

        Files.writeString(sources.resolve("New.java"), "class New {}");
        run(environment, "doctor");

        assertThat(Files.readAllLines(folder.resolve("root/builds"))).hasSize(2);
    }

    @Test
    void theTestCommandEndsWithTheCountsOfAllModulesAndMavensExitCode() throws Exception {
        jdk(folder.resolve("jdks/good"), "25");
        Path maven = maven("""
                mkdir -p a/target/surefire-reports b/target/surefire-reports
                echo '<?xml version="1.0"?><testsuite name="x.A" time="1" tests="7" errors="1" skipped="2" failures="1">' \
                  > a/target/surefire-reports/TEST-x.A.xml
                echo '<testcase name="inner" tests="100"/></testsuite>' >> a/target/surefire-reports/TEST-x.A.xml
                printf '<testsuite name="x.B"\\n tests="5"\\n errors="0" skipped="0" failures="0">\\n</testsuite>' \
                  > b/target/surefire-reports/TEST-x.B.xml
                exit 3
                """);
        Path stale = Files.createDirectories(folder.resolve("root/c/target/surefire-reports"));
        Files.writeString(
                stale.resolve("TEST-x.Gone.xml"),
                "<testsuite tests=\"50\" errors=\"0\" skipped=\"0\" failures=\"0\"></testsuite>");

        Outcome outcome = run(Map.of("LORIKEET_MVN", maven.toString()), "test");

        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.out().lines().toList().getLast()).isEqualTo("8 passed, 2 failed, 2 skipped");
    }

    @Test
    void itWorksThroughASymbolicLink() throws Exception {
        Path good = jdk(folder.resolve("jdks/good"), "25");
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("root/lorikeet"));
        Path marker = Files.createDirectories(folder.resolve("root/cli/target")).resolve("class-path");
        Files.writeString(marker, "some.jar");

        Outcome outcome = runScript(link, Map.of("LORIKEET_NO_BUILD", "1"), "chat");

        assertThat(outcome.out())
                .contains("-Dlorikeet.home=" + folder.resolve("root").toRealPath());
        assertThat(good).exists();
    }

    private Path maven(String actions) throws IOException {
        return executable(folder.resolve("mvn"), "[ \"$1\" = -v ] && echo 'Apache Maven 3.9.11' && exit 0\n" + actions);
    }

    /** A folder that looks like a JDK; its {@code java} prints its arguments. */
    private static Path jdk(Path home, String version) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\n");
        executable(home.resolve("bin/java"), "echo \"$@\"");
        executable(home.resolve("bin/javac"), "exit 0");
        return home;
    }

    private static Path executable(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    private Outcome run(Map<String, String> environment, String... arguments) throws Exception {
        return runScript(folder.resolve("root/lorikeet"), environment, arguments);
    }

    private Outcome runScript(Path script, Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", pathWithoutJava());
        builder.environment().put("HOME", folder.resolve("home").toString());
        builder.environment().put("LORIKEET_JDK_FOLDERS", folder.resolve("jdks").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** A folder of the few tools that the script uses, so that no installed Java or Maven is seen. */
    private String pathWithoutJava() throws IOException {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : List.of(
                "sh",
                "sed",
                "head",
                "awk",
                "dirname",
                "readlink",
                "find",
                "cat",
                "mkdir",
                "touch",
                "tee",
                "tr",
                "rm",
                "grep",
                "printf",
                "echo")) {
            for (String place : List.of("/usr/bin", "/bin")) {
                Path original = Path.of(place, tool);
                if (Files.isExecutable(original) && Files.notExists(tools.resolve(tool))) {
                    executable(tools.resolve(tool), "exec " + original + " \"$@\"");
                }
            }
        }
        return tools.toString();
    }
}
