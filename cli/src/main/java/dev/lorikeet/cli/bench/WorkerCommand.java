package dev.lorikeet.cli.bench;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lorikeet bench worker}: a {@link Workshop} on standard input and output; the benchmarks start it. */
@Command(name = "worker", hidden = true, description = "One side of a benchmark, asked by the benchmark itself.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class WorkerCommand implements Callable<Integer> {

    @Option(names = "--model", required = true)
    private Path model;

    @Option(names = "--threads", required = true)
    private int threads;

    @Override
    public Integer call() throws IOException {
        // Not closed: they are the process's.
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintWriter answers = new PrintWriter(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        new Workshop(model, threads).serve(requests, answers);
        return 0;
    }
}
