package dev.lorikeet.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.engine.model.Precision;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A side of a benchmark: how its process is started, and what it is asked besides the case.
 *
 * @param name as tables call it
 * @param command starts its process
 * @param hint what to ask the user if it ends by itself
 * @param attention the attention that it shall use, or null for its default
 */
record Contender(
        String name,
        List<String> command,
        String hint,
        @Nullable String attention) {
    Contender {
        command = List.copyOf(command);
    }

    /** This engine, in a JVM of its own like this one. */
    static Contender engine(Path model, int threads) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.lorikeet.cli.Main"));
        command.addAll(List.of("bench", "worker", "--model", model.toString()));
        command.addAll(List.of("--threads", Integer.toString(threads)));
        return new Contender("Lorikeet", command, "does the model fit the memory?", null);
    }

    /**
     * transformers + PEFT.
     *
     * @param python an interpreter that has torch, transformers and peft
     * @param script bench/peer.py
     * @param model a folder in Hugging Face's format
     * @param attention transformers' name of an implementation, or null for its default
     */
    static Contender peft(Path python, Path script, Path model, int threads, @Nullable String attention) {
        if (!Files.isExecutable(python)) {
            throw new CommandFailure("--peer-python " + python + " is no program that can be run");
        }
        if (!Files.isRegularFile(script)) {
            throw new CommandFailure("the peer's script " + script + " is not there");
        }
        List<String> command = List.of(
                python.toString(),
                "-W",
                "ignore",
                script.toString(),
                "--model",
                model.toString(),
                "--threads",
                Integer.toString(threads));
        return new Contender(
                attention == null ? "PEFT" : "PEFT " + attention,
                command,
                "does the Python have torch, transformers and peft?",
                attention);
    }

    /** Starts its process. */
    Worker start() {
        return Worker.start(command, hint);
    }

    /** What it is asked for. */
    ObjectNode request(BenchCase one, Precision precision) {
        ObjectNode request = one.request(precision);
        return attention == null ? request : request.put("attention", attention);
    }
}
