package dev.lorikeet.cli.experiment.analysis;

import dev.lorikeet.engine.model.Blueprint;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.LinearModule;
import dev.lorikeet.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Linear modules that are adapted together in every layer.
 *
 * @param name what tables call them
 * @param paths their paths inside a layer, {@code self_attn.q_proj}
 */
public record ModuleSet(String name, List<String> paths) {
    /** Copies. */
    public ModuleSet {
        paths = List.copyOf(paths);
    }

    /** Every module of the blocks. */
    public static ModuleSet all(ModelConfig model) {
        return new ModuleSet("all linear", paths(model, Group.OF_A_LAYER));
    }

    /** What LoRA's paper adapts: queries and values, or what computes them among others. */
    public static ModuleSet queriesAndValues(ModelConfig model) {
        List<String> reading = model.blueprint().modules(Group.ATTENTION_IN);
        List<String> chosen = reading.size() == 3 ? List.of(reading.get(0), reading.get(2)) : List.copyOf(reading);
        return new ModuleSet(
                String.join(" + ", chosen.stream().map(ModuleSet::brief).toList()), chosen);
    }

    /** What a comparison of matrices looks at: each alone, then groups of them. */
    public static List<ModuleSet> compared(ModelConfig model) {
        List<ModuleSet> sets = new ArrayList<>();
        for (String path : paths(model, Group.OF_A_LAYER)) {
            sets.add(new ModuleSet(brief(path), List.of(path)));
        }
        if (model.blueprint().count(Group.ATTENTION_IN) == 3) {
            sets.add(queriesAndValues(model));
        }
        sets.add(new ModuleSet("attention", paths(model, List.of(Group.ATTENTION_IN, Group.ATTENTION_OUT))));
        sets.add(new ModuleSet("feed-forward", paths(model, List.of(Group.FEED_FORWARD_IN, Group.FEED_FORWARD_OUT))));
        sets.add(all(model));
        return List.copyOf(sets);
    }

    private static List<String> paths(ModelConfig model, List<Group> groups) {
        Blueprint blueprint = model.blueprint();
        return groups.stream()
                .flatMap(group -> blueprint.modules(group).stream())
                .toList();
    }

    /** The last part of a path without what every one ends with: {@code q}, {@code gate}; as it is in other families. */
    public static String brief(String path) {
        return path.endsWith("_proj") && !path.endsWith("c_proj")
                ? path.substring(path.lastIndexOf('.') + 1, path.length() - "_proj".length())
                        .toLowerCase(Locale.ROOT)
                : path;
    }

    /** Whether a module is one of these. */
    public boolean contains(LinearModule module) {
        return paths.stream().anyMatch(path -> module.path().endsWith("." + path));
    }

    /** The modules in a model, in order. */
    public List<LinearModule> modules(ModelConfig model) {
        return LinearModule.of(model).stream().filter(this::contains).toList();
    }

    /** Of each layer the parameters of one rank. */
    public List<Long> perRank(ModelConfig model) {
        List<Long> costs = new ArrayList<>();
        for (int layer = 0; layer < model.layers(); layer++) {
            int number = layer;
            costs.add(modules(model).stream()
                    .filter(module -> module.layer() == number)
                    .mapToLong(module -> (long) module.inputs() + module.outputs())
                    .sum());
        }
        return costs;
    }

    /** Outputs of all of them: magnitudes of DoRA. */
    public long outputs(ModelConfig model) {
        return modules(model).stream().mapToLong(LinearModule::outputs).sum();
    }
}
