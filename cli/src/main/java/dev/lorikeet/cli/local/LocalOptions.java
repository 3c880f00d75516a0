package dev.lorikeet.cli.local;

import dev.lorikeet.cli.platform.LocalRuns;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.local.platform.LocalPlatform;
import dev.lorikeet.local.platform.LocalSettings;
import dev.lorikeet.tenancy.TenantId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a platform on this machine is started, as options. */
public final class LocalOptions {

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            defaultValue = "${env:LORIKEET_DATA}",
            description = "Everything that is kept (default: .lorikeet/data in Lorikeet's folder).")
    private @Nullable Path data;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            defaultValue = "smollm2-135m-instruct",
            description = "The base model: a name as `lorikeet model` knows it, or a local folder or GGUF file"
                    + " (default: ${DEFAULT-VALUE}).")
    private String model = "";

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "A setting of the services, such as lorikeet.base-model.precision=float32; may be given again.")
    private Map<String, String> settings = Map.of();

    /** The data folder. */
    public Path data() {
        return data != null ? data : LocalRuns.defaultData();
    }

    /** The platform of the data folder, if it runs already. */
    public Optional<LocalPlatform> running() {
        return LocalRuns.attach(Optional.of(data()));
    }

    /**
     * Starts the platform and waits until it is ready.
     *
     * @param tenants who gets a development key
     * @param detached whether it outlives this process
     */
    public LocalPlatform start(LocalSettings.BaseModel baseModel, List<String> tenants, boolean detached)
            throws IOException {
        LocalSettings chosen = LocalSettings.of(LocalRuns.home(), data(), baseModel)
                .withTenants(tenants.stream().map(TenantId::new).toList())
                .withSettings(settings);
        return LocalPlatform.start(detached ? chosen.detachedFromThisProcess() : chosen);
    }

    /** The base model, pulled if it is not here yet.
     *
     * @param terminal whether a person sees the progress of a pull */
    public LocalSettings.BaseModel baseModel(Terminal terminal) {
        return BaseModels.find(terminal, model);
    }
}
