package dev.lorikeet.scheduler.request;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.Violation.Code;
import java.util.List;

/**
 * The modules that a method adapts.
 *
 * @param modules their names, or {@code all-linear}
 * @param pattern instead of names: an expression that whole paths must match; empty: not set
 * @param excluded names of modules that are left alone
 * @param layers the only layers to adapt; empty: all
 */
public record Targets(List<String> modules, String pattern, List<String> excluded, List<Integer> layers) {
    /** Nothing set. */
    public static final Targets UNSET = new Targets(List.of(), "", List.of(), List.of());

    private static final String ALL_LINEAR = "all-linear";
    private static final int MAX_LAYER = 4095;

    public Targets {
        modules = List.copyOf(modules);
        requireNonNull(pattern, "pattern");
        excluded = List.copyOf(excluded);
        layers = List.copyOf(layers);
    }

    void check(Check check) {
        check.modules("target_modules", modules, ALL_LINEAR);
        if (!pattern.isEmpty()) {
            check.pattern("target_pattern", pattern);
            if (!modules.isEmpty()) {
                check.wrong(Code.INVALID_VALUE, "target_pattern", "stands in the place of target_modules; give one");
            }
            if (!layers.isEmpty()) {
                check.wrong(
                        Code.INVALID_VALUE,
                        "layers_to_transform",
                        "cannot be used with target_pattern; name them there");
            }
        }
        check.modules("exclude_modules", excluded, "");
        check.indices("layers_to_transform", "layer", layers, MAX_LAYER);
    }

    /** Every linear layer unless something else is named. */
    Targets resolved() {
        return modules.isEmpty() && pattern.isEmpty()
                ? new Targets(List.of(ALL_LINEAR), pattern, excluded, layers)
                : this;
    }
}
