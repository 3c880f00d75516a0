package dev.lorikeet.cli.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The model hub over HTTPS: lists a repository, transfers its files. A broken transfer goes on where it ended. Blocking;
 * close frees its connections.
 */
final class HubClient implements AutoCloseable {
    private static final int MOST_REDIRECTS = 5;
    private static final int ATTEMPTS = 4;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final URI endpoint;
    private final String token;
    private final Duration stall;
    private final HttpClient client;

    /**
     * A client.
     *
     * @param stall how long a connection may be silent before it counts as broken
     */
    HubClient(URI endpoint, String token, Duration connect, Duration stall) {
        this.endpoint = endpoint;
        this.token = token;
        this.stall = stall;
        this.client = HttpClient.newBuilder()
                .connectTimeout(connect)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /** The hub named by HF_ENDPOINT with the token of HF_TOKEN. */
    static HubClient of(Map<String, String> environment) {
        var endpoint = environment.getOrDefault("HF_ENDPOINT", "");
        return new HubClient(
                URI.create((endpoint.isBlank() ? "https://huggingface.co" : endpoint).replaceFirst("/+$", "")),
                environment.getOrDefault("HF_TOKEN", ""),
                Duration.ofSeconds(4),
                Duration.ofSeconds(30));
    }

    URI endpoint() {
        return endpoint;
    }

    /** The hub answered that it has no such thing, or does not give it to us. */
    static final class Refused extends IOException {
        Refused(String message) {
            super(message);
        }
    }

    /**
     * A repository at one commit.
     *
     * @param revision the commit
     * @param files all its files' names
     */
    record Repository(String revision, List<String> files) {}

    Repository repository(String id) throws IOException, InterruptedException {
        var response = send(URI.create(endpoint + "/api/models/" + id + "/revision/main"), Optional.empty())
                .response();
        try (var body = new StallGuard(response.body(), stall)) {
            refuse(response, id);
            JsonNode node = MAPPER.readTree(body);
            var files = new ArrayList<String>();
            for (var sibling : node.path("siblings")) {
                files.add(sibling.path("rfilename").asText());
            }
            var revision = node.path("sha").asText();
            if (!revision.matches("[0-9a-f]{7,64}") || files.isEmpty()) {
                throw new IOException(endpoint + " gave no list of files for " + id);
            }
            return new Repository(revision, files);
        }
    }

    private static void refuse(HttpResponse<InputStream> response, String what) throws IOException {
        switch (response.statusCode()) {
            case 200, 206 -> {}
            case 401, 403 ->
                throw new Refused(what + " is not given to everybody (HTTP " + response.statusCode()
                        + "): accept its terms on the hub and set HF_TOKEN");
            case 404 -> throw new Refused("there is no " + what + " on the hub");
            default -> throw new IOException("the hub answered HTTP " + response.statusCode() + " for " + what);
        }
    }

    /**
     * Transfers a file, through {@code target.part}, and verifies it by the checksum that the hub states.
     *
     * @throws IOException if it could not be had after several attempts; what arrived stays for the next time
     */
    void download(String id, String revision, String file, Path target, Progress progress)
            throws IOException, InterruptedException {
        if (Files.exists(target)) {
            return;
        }
        Files.createDirectories(target.toAbsolutePath().getParent());
        var part = target.resolveSibling(target.getFileName() + ".part");
        var source = URI.create(endpoint + "/" + id + "/resolve/" + revision + "/" + file);
        for (int attempt = 1; ; attempt++) {
            try {
                var checksum = transfer(source, part, file, progress);
                verify(part, file, checksum);
                Files.move(part, target);
                return;
            } catch (Refused e) {
                throw e;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                progress.note(file + ": " + e.getMessage() + "; trying again");
                Thread.sleep(200L * attempt);
            } finally {
                progress.end();
            }
        }
    }

    private String transfer(URI source, Path part, String file, Progress progress)
            throws IOException, InterruptedException {
        long already = Files.exists(part) ? Files.size(part) : 0;
        var answer = send(source, already > 0 ? Optional.of(already) : Optional.empty());
        var response = answer.response();
        try (var body = new StallGuard(response.body(), stall)) {
            if (response.statusCode() == 416) {
                // Nothing is left to send, or what is here does not belong to it: the checksum tells.
                if (answer.size() != already) {
                    Files.delete(part);
                    throw new IOException("what was here of it did not fit");
                }
                return answer.checksum();
            }
            refuse(response, file);
            boolean goesOn = response.statusCode() == 206
                    && response.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + already + "-");
            long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
            long expected = length < 0 ? -1 : (goesOn ? already + length : length);
            progress.begin(file, expected, goesOn ? already : 0);
            try (var output = Files.newOutputStream(
                    part,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    goesOn ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING)) {
                var buffer = new byte[1 << 16];
                for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                    output.write(buffer, 0, read);
                    progress.advance(read);
                }
            }
            if (expected >= 0 && Files.size(part) != expected) {
                throw new IOException("the transfer broke off at " + Files.size(part) + " of " + expected + " bytes");
            }
            return answer.checksum();
        }
    }

    /** The hub states SHA-256 of large files and git's SHA-1 of small ones. */
    private static void verify(Path part, String file, String checksum) throws IOException {
        var actual = switch (checksum.length()) {
            case 64 -> Checksums.sha256(part);
            case 40 -> Checksums.gitBlob(part);
            default -> checksum;
        };
        if (!actual.equals(checksum)) {
            Files.delete(part);
            throw new IOException(
                    file + " arrived damaged: its checksum is " + actual + ", the hub states " + checksum);
        }
    }

    /** A response with what the hub itself (not the store that it redirects to) says of the file. */
    private record Answer(HttpResponse<InputStream> response, String checksum, long size) {}

    /** Follows redirects itself: the token goes to the hub's own host alone, and never over a weaker scheme. */
    private Answer send(URI first, Optional<Long> from) throws IOException, InterruptedException {
        var uri = first;
        var checksum = "";
        long size = -1;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            var request = HttpRequest.newBuilder(uri).timeout(stall).header("User-Agent", "lorikeet");
            if (!token.isBlank()
                    && endpoint.getAuthority().equals(uri.getAuthority())
                    && endpoint.getScheme().equals(uri.getScheme())) {
                request.header("Authorization", "Bearer " + token);
            }
            from.ifPresent(start -> request.header("Range", "bytes=" + start + "-"));
            var response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            var headers = response.headers();
            var linked = unquoted(headers.firstValue("X-Linked-Etag").orElse(""));
            if (!linked.isEmpty()) {
                checksum = linked;
            } else if (checksum.isEmpty()) {
                checksum = unquoted(headers.firstValue("ETag").orElse(""));
            }
            size = headers.firstValueAsLong("X-Linked-Size").orElse(size);
            if (response.statusCode() < 300 || response.statusCode() >= 400 || response.statusCode() == 304) {
                return new Answer(response, checksum, size);
            }
            response.body().close();
            var next = uri.resolve(headers.firstValue("Location").orElse(""));
            if (uri.getScheme().equals("https") && !"https".equals(next.getScheme())) {
                throw new IOException("the hub redirects to an unprotected address");
            }
            uri = next;
        }
        throw new IOException("the hub redirects without end");
    }

    private static String unquoted(String etag) {
        var bare = etag.replaceFirst("^W/", "").replace("\"", "").toLowerCase(Locale.ROOT);
        return bare.matches("[0-9a-f]{40}|[0-9a-f]{64}") ? bare : "";
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
