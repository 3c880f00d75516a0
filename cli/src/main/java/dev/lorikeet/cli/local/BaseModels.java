package dev.lorikeet.cli.local;

import dev.lorikeet.cli.model.BarProgress;
import dev.lorikeet.cli.model.ModelPull;
import dev.lorikeet.cli.model.ModelStore;
import dev.lorikeet.cli.model.StoredModel;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.local.platform.LocalSettings;
import java.util.Optional;

/** Finds the base model that an option names, pulling it if it is not on this machine yet. */
final class BaseModels {

    private BaseModels() {}

    /**
     * A model on this machine.
     *
     * @param terminal whether a person sees the progress of a pull
     * @param model a short name, a hub id, or the path of a folder or GGUF file
     */
    static LocalSettings.BaseModel find(Terminal terminal, String model) {
        Optional<StoredModel> here = ModelStore.ofUser().find(model);
        StoredModel found = here.isPresent()
                ? here.get()
                : ModelPull.ofUser().pull(model, new BarProgress(System.err, terminal.live()));
        return new LocalSettings.BaseModel(found.name(), found.path());
    }
}
