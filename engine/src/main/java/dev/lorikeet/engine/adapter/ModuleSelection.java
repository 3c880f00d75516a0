package dev.lorikeet.engine.adapter;

import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The modules of a model that an adapter changes. Rules: PEFT's {@code check_target_module_exists}.
 *
 * @param targets the modules meant
 * @param excluded taken out again, or null
 * @param layers only in these blocks; empty for all
 * @param layersPattern names of the list of blocks in a path, for {@code layers}; empty for any
 */
public record ModuleSelection(
        TargetModules targets, @Nullable TargetModules excluded, List<Integer> layers, List<String> layersPattern) {
    private static final Pattern ANY_LAYER = Pattern.compile(".*\\.[^.]*\\.(\\d+)\\.");

    public ModuleSelection {
        layers = List.copyOf(layers);
        layersPattern = List.copyOf(layersPattern);
        if (!layers.isEmpty() && targets instanceof TargetModules.Expression) {
            throw new IllegalArgumentException("layers_to_transform cannot be used with a target_modules expression");
        }
        if (!layersPattern.isEmpty() && layers.isEmpty()) {
            throw new IllegalArgumentException("layers_pattern needs layers_to_transform");
        }
    }

    /** Every module of these targets. */
    public static ModuleSelection of(TargetModules targets) {
        return new ModuleSelection(targets, null, List.of(), List.of());
    }

    /** Whether the module at a path is selected. */
    public boolean selects(String path) {
        if (excluded != null && excluded.matches(path)) {
            return false;
        }
        if (!targets.matches(path)) {
            return false;
        }
        // A whole path named outright stands, whatever the layers say: PEFT looks at them for suffixes alone.
        boolean named = targets instanceof TargetModules.Names(List<String> names) && names.contains(path);
        return layers.isEmpty() || named || inLayers(path);
    }

    /** The same without the modules at these paths. */
    public ModuleSelection without(List<String> paths) {
        List<String> selected = paths.stream().filter(this::selects).toList();
        if (selected.isEmpty()) {
            return this;
        }
        TargetModules more = switch (excluded) {
            case TargetModules.Names(List<String> names) ->
                new TargetModules.Names(
                        Stream.concat(names.stream(), selected.stream()).toList());
            case TargetModules.Expression(String expression) ->
                new TargetModules.Expression("(?:" + expression + ")|"
                        + selected.stream()
                                .map(path -> path.replace(".", "\\."))
                                .collect(Collectors.joining("|")));
            case TargetModules.AllLinear _ -> excluded;
            case null -> new TargetModules.Names(selected);
        };
        return new ModuleSelection(targets, more, layers, layersPattern);
    }

    /**
     * The linear layers of a model that are selected, in order of computation.
     *
     * @throws IllegalArgumentException if there are none
     */
    public List<LinearModule> linearLayers(ModelConfig model) {
        List<LinearModule> selected = LinearModule.of(model).stream()
                .filter(module -> selects(module.path()))
                .toList();
        if (selected.isEmpty()) {
            throw new IllegalArgumentException("target_modules " + targets + " match no linear layer of the model");
        }
        return selected;
    }

    private boolean inLayers(String path) {
        if (layersPattern.isEmpty()) {
            return inLayers(ANY_LAYER.matcher(path));
        }
        for (String pattern : layersPattern) {
            Matcher matcher = ModulePattern.matcher(".*\\." + pattern + "\\.(\\d+)\\.", path);
            if (matcher.lookingAt()) {
                return layers.contains(Integer.parseInt(matcher.group(1)));
            }
        }
        return false;
    }

    private boolean inLayers(Matcher matcher) {
        return matcher.lookingAt() && layers.contains(Integer.parseInt(matcher.group(1)));
    }
}
