package dev.lorikeet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.cli.terminal.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerTest {

    private static final ObjectNode REQUEST =
            new ObjectMapper().createObjectNode().put("case", "training");

    @TempDir
    private Path folder;

    @Test
    void answersAndErrorsAreTold() throws IOException {
        Path python = program("""
                read line
                echo '{"millis": [1.5, 2.5], "peak_bytes": 1024}'
                read line
                echo '{"error": "ImportError: peft"}'
                read line
                """);

        try (Peer peer = Peer.start(python, python, folder, 1)) {
            assertThat(peer.ask(REQUEST)).isEqualTo(new Peer.Answer(java.util.List.of(1.5, 2.5), 1024, null));
            assertThat(peer.ask(REQUEST).error()).isEqualTo("ImportError: peft");
        }
    }

    @Test
    void peerThatEndsIsExplained() throws IOException {
        Path python = program("read line\nexit 3\n");

        try (Peer peer = Peer.start(python, python, folder, 1)) {
            assertThatThrownBy(() -> peer.ask(REQUEST))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("exit code 3");
        }
    }

    @Test
    void missingInterpreterIsNamed() {
        assertThatThrownBy(() -> Peer.start(folder.resolve("python"), folder, folder, 1))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("--peer-python");
    }

    private Path program(String body) throws IOException {
        Path file = folder.resolve("peer");
        Files.writeString(file, "#!/bin/sh\n" + body);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }
}
